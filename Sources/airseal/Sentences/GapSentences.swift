import BundleFormat
import Encodings
import OCI
import Receiving
import Sending
import State
import Trust
import UseCases
import Verification

extension SiteError: Speakable {
    var sentence: Sentence {
        switch self {
        case .capsuleTooLarge(let limit):
            Sentence(
                "what this home keeps makes a trust capsule above \(limit) bytes, which nobody takes",
                hint: "see revocation prune")
        case .noName(let path):
            Sentence(
                "this site has no name in \(ForeignText(path))",
                hint: "give it the name that the other side knows: airseal peer self NAME")
        case .severalLayouts(let paths):
            Sentence(
                "a bundle is of one layout, and images of "
                    + "\(Listing(paths.map { "\(ForeignText($0))" })) are named",
                hint: "bring them together first: airseal import SOURCE… --into LAYOUT")
        case .ownDestination(let name): Sentence("\(name) is this site itself")
        }
    }
}

extension VoidRefusal {
    /// Why `number` to `destination` is not given up.
    func sentence(of number: Int64, to destination: SiteName) -> Sentence {
        switch self {
        case .neverExported:
            Sentence(
                "nothing was ever exported to \(destination)", hint: "check --state, and the name")
        case .sent:
            Sentence(
                "bundle \(number) to \(destination) was finished, so it may arrive: it cannot be void"
            )
        case .alreadyVoid(let reason):
            Sentence(
                "number \(number) to \(destination) is void already: \(ForeignText(reason))")
        case .notReached(let next):
            Sentence(
                "number \(number) to \(destination) is not unfinished: no export has begun with it, "
                    + "and \(next) is next")
        }
    }
}

extension SendingError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noMatch(let pattern):
            Sentence(
                "no image has a name that fits \(ForeignText(pattern.description))",
                hint: "in a pattern * and ? stop at a slash, ** does not; see airseal list")
        case .sameSigner(let certificate):
            Sentence(
                "two of the keys have the same certificate \(certificate); one signature of it does"
            )
        case .targetExists(let path):
            Sentence("\(ForeignText(path)) exists and is not overwritten")
        case .badTarget(let path): Sentence("\(ForeignText(path)) names no file or folder")
        case .file(let error): error.sentence
        case .archive(let error): error.sentence
        case .layout(let error): error.sentence
        case .state(let error): error.sentence
        case .audit(let error): error.sentence
        case .cryptography(let error): error.sentence
        case .payload(let failure): failure.sentence
        case .pendingDamaged(let error):
            Sentence(
                "the stored parts of the unfinished export are damaged"
                    + (error.map { ": \($0.sentence.text)" } ?? ""),
                hint: "give its number up with export --void; the far side learns the reason")
        case .inventoryTooLarge(let limit):
            Sentence("the inventory would be larger than \(limit) bytes; export fewer images")
        }
    }
}

extension ExportRefusal {
    var sentence: Sentence {
        switch self {
        case .nothingToExport: Sentence("the layout holds no image to export")
        case .notAnImage(let digest):
            Sentence("\(digest) is neither a manifest nor an index", hint: "export other images")
        case .bundleAmongRoots(let digest):
            Sentence("\(digest) is a bundle itself, and no image")
        case .noRepository(let roots):
            Sentence(
                "\(Listing(roots.map(\.words))): no repository is said",
                hint: "name the one with --scope REPOSITORY, or one for each with --scope-map FILE")
        case .contradiction(let digest, let name, let repositories):
            Sentence(
                "\(UnclaimedRoot(digest: digest, name: name).words) cannot be of "
                    + "\(repositories.map(\.text).joined(separator: " and of "))",
                hint: "a full name says its repository; see the list and --scope-map")
        case .ambiguousName(let name):
            Sentence("the name \(ForeignText(name)) stands for two images")
        case .unusableName(let name):
            Sentence("the name \(ForeignText(name)) is none that a receiver takes")
        case .content(let digest, let error):
            error.sentence.after("the content of \(digest) is not whole, and nothing was written")
        case .signing(let refusal, let chain, let time):
            refusal.sentence(of: chain, at: time).after("the bundle was not signed")
        case .pending(let sequence):
            Sentence(
                "export \(sequence) to this site is unfinished, and was of other images",
                hint: "repeat the command that began it, or give the number up: "
                    + "export --void \(sequence) --reason …")
        case .suspended(let destination, let since, let reason):
            Sentence(
                "\(destination) is suspended since \(since), and nothing goes there: "
                    + "\(ForeignText(reason))",
                hint: "compare its anchors by voice and enrol it again: airseal peer add")
        case .pendingTooLate(let sequence, let useBy):
            Sentence(
                "export \(sequence) to this site is unfinished, and could be received until "
                    + "\(useBy) only",
                hint: "give the number up: export --void \(sequence) --reason …")
        }
    }
}

extension UnclaimedRoot {
    /// Its name, else its digest.
    fileprivate var words: String { name.map { "\(ForeignText($0))" } ?? "\(digest)" }
}

extension ExportListError: Speakable {
    var sentence: Sentence {
        switch self {
        case .notJSON(let error): error.sentence.after("the list of images")
        case .shape(let error): error.sentence.after("the list of images")
        }
    }
}

extension ScopeMapError: Speakable {
    var sentence: Sentence {
        switch self {
        case .notJSON(let error): error.sentence.after("the map of repositories")
        case .shape(let error): error.sentence.after("the map of repositories")
        case .twice(let text):
            Sentence("the map of repositories has \(ForeignText(text)) twice")
        }
    }
}

extension ReceivingError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noOwnName:
            Sentence(
                "this site has no name",
                hint: "give it the name that the other side knows: airseal peer self NAME")
        case .unfinished(let origin, let path):
            Sentence(
                "an earlier bundle from \(origin) is released in part into \(ForeignText(path)), "
                    + "which cannot be changed now",
                hint: "bring that layout back; the next run completes it")
        case .interrupted(let origin, let path):
            Sentence(
                "a run was interrupted that was changing \(ForeignText(path)) for \(origin), and a "
                    + "dry run does not complete it",
                hint: "run it again without --dry-run, or any other verb that changes a layout")
        case .unneeded(let overrides):
            Sentence(
                "nothing stands in the way that "
                    + "\(Listing(overrides.map(\.option))) would lift, so nothing was done",
                hint: "run it again without")
        case .notHeld(let path, let held):
            Sentence(
                held.isEmpty
                    ? "no bundle waits in \(ForeignText(path))"
                    : "no such bundle waits in \(ForeignText(path)); these do: \(held.words)")
        case .severalHeld(let held):
            Sentence(
                "bundles of several origins wait: \(held.words)",
                hint: "name one as ORIGIN/NUMBER")
        case .heldBefore(let first):
            Sentence(
                "\(first.words) waits before it, in \(ForeignText(first.layoutPath))",
                hint: "release that first, or reject it: release --reject --reason …")
        case .heldMissing(let held):
            Sentence(
                "\(held.words) is not in the quarantine of its layout any more",
                hint: "bring it back, or close its number: release --reject --reason …")
        case .heldChanged(let held):
            Sentence(
                "what lies in quarantine as \(held.words) is another bundle",
                hint: "find out who changed it, and close its number: release --reject --reason …")
        case .quarantineUnreadable(let name):
            Sentence(
                "what waits in quarantine as \(ForeignText(name)) cannot be read, so nobody can "
                    + "say which blobs it needs",
                hint: "close its number: release --reject --reason …")
        case .scanner(let error): error.sentence
        case .touched(let digest):
            Sentence(
                "the blob \(digest) was whole before the scanner ran, and is another now; nothing "
                    + "was taken",
                hint: "find out what changed it before anything else is received")
        case .configuration(let error): error.sentence
        case .source(let error): error.sentence
        case .layout(let error): error.sentence
        case .state(let error): error.sentence
        case .audit(let error): error.sentence
        case .change(let error): error.sentence
        case .verification(let error): error.sentence
        case .cryptography(let error): error.sentence
        }
    }
}

extension ReceiveRefusal {
    var sentence: Sentence {
        switch self {
        case .notABundle(let count):
            Sentence(
                count == 0
                    ? "there is no bundle in it" : "it holds \(count) bundles, not one")
        case .malformed(let malformation): malformation.sentence
        case .unsupportedVersion(let version):
            Sentence(
                "it has the format version \(ForeignText(version)); this receiver reads 1.0",
                hint: "the sender runs a newer airseal: update this side")
        case .unknownCriticalMember(let name):
            Sentence(
                "it demands that \"\(ForeignText(name))\" be understood, which this receiver does "
                    + "not", hint: "the sender runs a newer airseal: update this side")
        case .unknownOrigin(let origin, .notEnrolled):
            Sentence(
                "the origin \(origin) is not enrolled here",
                hint: "if it should be, compare its anchor by voice and enrol it: airseal peer add")
        case .unknownOrigin(let origin, .suspended): Sentence("the origin \(origin) is suspended")
        case .unknownOrigin(let origin, .mayNotSendBundles):
            Sentence("the origin \(origin) may not send bundles")
        case .bundleSignature: Sentence("none of its signatures passes")
        case .chain(let refusal): refusal.sentence
        case .repositoryNotAllowed(let roots):
            Sentence(
                "its origin may not speak for "
                    + "\(Listing(roots.map { "\(ForeignText($0.repository))" }))")
        case .content(let fault): fault.sentence
        case .image(let roots):
            Sentence(
                "images do not pass the policy, so nothing was released: "
                    + "\(Listing(roots.compactMap(\.refusalWords)))")
        case .scan(let roots):
            Sentence(
                "the scanner found something in "
                    + "\(Listing(roots.filter { $0.scan?.verdict == .found }.map(\.words)))")
        case .nameTaken(let conflict): conflict.sentence
        case .held(let first):
            Sentence(
                "\(first.words) waits, and comes first",
                hint: "release it or reject it; or have this one wait behind it, with --hold")
        }
    }
}

extension HeldBundle {
    /// Which one it is.
    var words: String { "bundle \(sequence) from \(origin)" }
}

extension [HeldBundle] {
    fileprivate var words: String { "\(Listing(map { "\($0.origin)/\($0.sequence)" }))" }
}

extension ChainOverride {
    /// What lifts it on the command line.
    var option: String { "--accept-\(rawValue)" }
}

extension ReceiveDoubt {
    var sentence: Sentence {
        switch self {
        case .bundleSignature:
            Sentence("of the bundle's signatures none passes, and of one it cannot be decided")
        case .images(let roots):
            Sentence(
                "of \(roots.count { $0.report.verdict == .undecided }) of the \(roots.count) images "
                    + "it cannot be decided whether they pass; nothing was released")
        case .scan(let roots):
            Sentence(
                "the scanner did not say whether something is in "
                    + "\(Listing(roots.filter { $0.scan?.verdict == .undecided }.map(\.words)))")
        }
    }
}

extension JudgedRoot {
    /// Why the image does not pass; nil if it does.
    fileprivate var refusalWords: String? {
        guard report.verdict == .refused else { return nil }
        let reasons = report.refusals.map(\.words).joined(separator: ", ")
        return "\(words): \(reasons)"
    }

    /// Which one it is.
    fileprivate var words: String {
        root.name.map { "\(ForeignText($0))" } ?? "\(root.descriptor.digest)"
    }
}

extension Malformation {
    fileprivate var sentence: Sentence {
        switch self {
        case .compressed: Sentence("it is compressed, and a bundle is a plain tar")
        case .archive(let reason):
            Sentence(
                "its archive is cut or damaged: \(ForeignText(reason))",
                hint: "copy it again from the medium that the sender wrote")
        case .order(let expected, let actual):
            Sentence(
                "\(ForeignText(expected)) should come next, and "
                    + (actual.map { "\(ForeignText($0)) does" } ?? "the archive ends"))
        case .foreignMember(let name):
            Sentence("it holds \(ForeignText(name)), which no bundle does")
        case .tooLarge(let name, let limit):
            Sentence("\(ForeignText(name)) is larger than \(limit) bytes")
        case .document(let name, let error): error.sentence.after("\(ForeignText(name))")
        case .format(let error): error.sentence.after("the bundle's description")
        case .tooManySignatures(let limit): Sentence("it has more than \(limit) signatures")
        case .notASignature(let digest):
            Sentence("\(digest) is listed as its signature, and is none")
        case .repository(let text, let name):
            Sentence(
                "it claims the repository \(ForeignText(text)) for "
                    + (name.map { "\(ForeignText($0))" } ?? "an image without a name"))
        case .bundleAmongRoots(let digest): Sentence("\(digest) among its images is a bundle")
        }
    }
}

extension ContentFault {
    fileprivate var sentence: Sentence {
        switch self {
        case .blob(let digest, let fault): Sentence("its blob \(digest) \(fault.words)")
        case .expected(let digest, let fault):
            Sentence(
                "the blob \(digest) was not sent since this side should hold it, and it "
                    + fault.words)
        case .unlisted(let name):
            Sentence("it holds \(ForeignText(name)), which its inventory does not list")
        case .unreferenced(let digest): Sentence("nothing in it refers to its blob \(digest)")
        case .uncovered(let digest):
            Sentence("it refers to \(digest), which its inventory does not list so")
        case .document(let digest, let error): error.sentence.after("\(digest)")
        case .notAnImage(let digest):
            Sentence("\(digest) is listed as an image, and is neither a manifest nor an index")
        case .strayReferrer(let digest):
            Sentence("\(digest) is listed as a referrer, and refers to nothing in the bundle")
        }
    }
}
