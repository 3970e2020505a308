internal import BundleFormat
internal import Encodings
internal import Files
internal import Notary
internal import OCI
internal import OCILayout

/// What is to be signed: every reference resolved, and nothing done yet.
struct SigningPlan {
    /// One image, and where it stands in the report.
    struct Target {
        let place: Int
        let reference: String
        let payload: SignaturePayload
        let lifetimeSeconds: Int64?

        var descriptor: Descriptor { payload.targetArtifact.plain }
    }

    /// What is to be signed in one layout, each image once under whatever names.
    struct LayoutTargets {
        let path: String
        let layout: Layout
        var targets: [Target] = []
        private var known: Set<Known> = []

        /// What makes two wishes one.
        private struct Known: Hashable {
            let payload: [UInt8]
            let lifetimeSeconds: Int64?

            init(_ payload: SignaturePayload, _ lifetimeSeconds: Int64?) {
                self.payload = payload.bytes
                self.lifetimeSeconds = lifetimeSeconds
            }
        }

        fileprivate init(path: String, layout: Layout) {
            self.path = path
            self.layout = layout
        }

        /// Whether the very same is to be signed already.
        fileprivate func knows(_ payload: SignaturePayload, _ lifetimeSeconds: Int64?) -> Bool {
            known.contains(Known(payload, lifetimeSeconds))
        }

        fileprivate mutating func add(_ target: Target) {
            known.insert(Known(target.payload, target.lifetimeSeconds))
            targets.append(target)
        }
    }

    /// Something that the request names.
    private struct Wish {
        let reference: String
        let metadata: [(name: String, value: String)]
        let lifetimeSeconds: Int64?
        /// Whether an image that is not there ends everything: whoever typed it would type it again.
        let isTyped: Bool
    }

    private(set) var layouts: [LayoutTargets] = []
    private(set) var images: [ImageSigning] = []
    /// What was asked for, apart from what is there: the same for the same command.
    private(set) var wishes: [JSON] = []

    private let files: FileSystem
    private let request: SignRequest
    // By the path as it was written: an index.json is read once, however many images are named.
    private var placesByPath: [String: Int] = [:]

    /// Resolves everything that `request` names.
    ///
    /// - Throws: for a reference on the command line that names nothing, or nothing certain, and for
    ///   metadata with a name that is reserved (rule U2). What is damaged fails alone.
    init(_ request: SignRequest, in files: FileSystem) throws {
        self.request = request
        self.files = files
        for (name, _) in request.metadata where SigningMetadata.isReserved(name) {
            throw PayloadFailure.reservedAnnotation(name)
        }
        var wanted = request.references.map { reference in
            Wish(
                reference: reference, metadata: request.metadata,
                lifetimeSeconds: request.lifetimeSeconds, isTyped: true)
        }
        wanted += (request.list?.items ?? []).map { item in
            Wish(
                reference: item.reference, metadata: item.metadata ?? request.metadata,
                lifetimeSeconds: item.lifetimeSeconds ?? request.lifetimeSeconds, isTyped: false)
        }
        for wish in wanted { try plan(wish) }
    }

    private mutating func plan(_ wish: Wish) throws {
        let reference: Reference
        let place: Int
        do {
            reference = try Reference(parsing: wish.reference, in: files)
            place = try layout(at: reference.path)
        } catch {
            guard !wish.isTyped else { throw error }
            return fail(wish.reference, nil, .unreadable(error))
        }
        wishes.append(json(of: wish, reference.selector, in: layouts[place].path))
        guard request.all, case .only = reference.selector else {
            return try plan(wish, wish.reference, in: place) { layout in
                try layout.resolve(reference.selector)
            }
        }
        let layout = layouts[place].layout
        for image in try LayoutGraph(layout).namedImages {
            try plan(wish, "\(reference.path):\(image.name)", in: place) { _ in image.descriptor }
        }
    }

    /// Plans one image with what of it is to be signed, too.
    private mutating func plan(
        _ wish: Wish, _ text: String, in place: Int, _ find: (Layout) throws -> Descriptor
    ) throws {
        let layout = layouts[place].layout
        var found: Descriptor?
        do {
            let descriptor = try find(layout).plain
            found = descriptor
            let path = layout.path
            var named = [(text, descriptor)]
            named += try layout.manifests(in: descriptor, request.recursion).map { manifest in
                ("\(path)@\(manifest.digest)", manifest.plain)
            }
            for (text, descriptor) in named { try add(descriptor, text, wish, in: place) }
        } catch {
            guard !wish.isTyped || error.isDamage else { throw error }
            fail(text, found, .unreadable(error))
        }
    }

    private mutating func add(
        _ descriptor: Descriptor, _ text: String, _ wish: Wish, in place: Int
    ) throws {
        let payload = try SignaturePayload(descriptor, annotations: wish.metadata)
        guard !layouts[place].knows(payload, wish.lifetimeSeconds) else { return }
        let document = try layouts[place].layout.document(descriptor)
        guard document.artifactType != BundleManifest.artifactType else {
            return fail(text, descriptor, .bundle)
        }
        layouts[place].add(
            Target(
                place: images.count, reference: text, payload: payload,
                lifetimeSeconds: wish.lifetimeSeconds))
        images.append(ImageSigning(reference: text, target: descriptor, outcome: .pending))
    }

    private mutating func fail(
        _ text: String, _ descriptor: Descriptor?, _ failure: SigningFailure
    ) {
        images.append(
            ImageSigning(reference: text, target: descriptor, outcome: .failed(failure)))
    }

    private mutating func layout(at path: String) throws -> Int {
        if let known = placesByPath[path] { return known }
        // One layout under two spellings is one layout, and one image needs one signature.
        let absolute = try files.absolutePath(of: path)
        let place: Int
        if let known = layouts.firstIndex(where: { $0.path == absolute }) {
            place = known
        } else {
            place = layouts.count
            layouts.append(LayoutTargets(path: absolute, layout: try Layout(at: path, in: files)))
        }
        placesByPath[path] = place
        return place
    }

    private func json(of wish: Wish, _ selector: Selector, in path: String) -> JSON {
        let named =
            switch selector {
            case .only: ""
            case .name(let name): ":\(name)"
            case .digest(let digest): "@\(digest)"
            }
        return [
            "layout": .string(path), "image": .string(named),
            "metadata": .array(
                wish.metadata.map { .array([.string($0.name), .string($0.value)]) }),
            "lifetime": wish.lifetimeSeconds.map { .integer($0) } ?? .null,
        ]
    }

    /// Whether anything is left to sign.
    var hasTargets: Bool { layouts.contains { !$0.targets.isEmpty } }

    /// Whether any image cannot be signed.
    var hasFailures: Bool {
        images.contains { image in if case .failed = image.outcome { true } else { false } }
    }

    /// Drops the targets that are concluded.
    mutating func keepOpenTargets() {
        for place in layouts.indices {
            layouts[place].targets = layouts[place].targets.filter { target in
                if case .pending = images[target.place].outcome { true } else { false }
            }
        }
    }

    /// Says what became of an image.
    mutating func conclude(_ place: Int, _ outcome: ImageSigning.Outcome) {
        images[place].outcome = outcome
    }
}
