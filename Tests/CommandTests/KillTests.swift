import TestSupport
import Testing

/// A verb of the built program as a script runs it again and again.
struct KilledVerb: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether the far side runs it.
    let isReceiver: Bool
    /// Sets back what the verb changes.
    let reset: String
    let verb: String
    /// What must hold after the end, however the verb ended.
    let check: String
    /// What must hold once it came to its end, by itself or in a second run.
    let done: String

    var testDescription: String { name }

    init(
        _ name: String, isReceiver: Bool = false, reset: String, verb: String, check: String,
        done: String
    ) {
        self.name = name
        self.isReceiver = isReceiver
        self.reset = reset
        self.verb = verb
        self.check = check
        self.done = done
    }
}

@Suite struct `A verb that is killed` {
    enum Signal: String, CaseIterable, Sendable {
        case kill = "KILL"
        case terminate = "TERM"
        case interrupt = "INT"

        /// What a shell says of a program that it ended.
        var status: Int {
            switch self {
            case .kill: 137
            case .terminate: 143
            case .interrupt: 130
            }
        }
    }

    /// Everything that the scripts below work on: `base` on either side is what they start from.
    private static func gap() async throws -> Gap {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.makeKey("second")
        try await gap.low.yes(
            """
            airseal sign --all l \(gap.low.signing("signer"))
            cp -r '\(Site.package)/layouts/two-platforms' source
            mkdir -p media base home/truststore/x509/ca/more
            cp signer-root.pem home/truststore/x509/ca/more
            \(gap.export("media/first.tar"))
            airseal state export backup.tar
            cp -a l state tokens base
            cp -a l littered
            for name in $(seq 40); do
                head -c 5000 /dev/urandom > blob
                mv blob littered/blobs/sha256/$(sha256sum blob | cut -d ' ' -f 1)
            done
            """)
        try await gap.high.yes(
            """
            sed -i 's/"bundles"/"bundles", "capsules"/' home/peers/low-side/peer.json
            mkdir base
            cp -a state home base
            cp \(gap.low.root)/{media/first.tar,second-root.pem} .
            airseal receive first.tar --into l --hold
            mkdir held
            mv l held
            cp -a state home held
            rm -r state
            cp -a base/. .
            """)
        return gap
    }

    private static func verbs(_ gap: Gap) -> [KilledVerb] {
        let back = "rm -rf l state tokens && cp -a base/. ."
        let farBack = "rm -rf l state home && cp -a base/. ."
        let heldBack = "rm -rf l state home && cp -a held/. ."
        let whole = "airseal check l > /dev/null"
        let counted = """
            [ "$(grep -c '"kind":"sign"' state/audit.jsonl)" -ge \
            "$(airseal list l --json | grep -oE '"signatures": *[0-9]+' | cut -d: -f2 | sort -n \
            | tail -1)" ]
            """
        // Whatever is on the token was asked for first, in the record.
        let recorded = """
            { ! airseal key list --login --key \(gap.low.key("killed")) | grep -q killed \
            || grep -q '"kind":"key-generate".*killed' state/audit.jsonl; }
            """
        return [
            KilledVerb(
                "import", reset: back, verb: "airseal import source --into l",
                check: "\(whole) && { cmp -s l/index.json base/l/index.json || holds l; }",
                done: "holds l"),
            KilledVerb(
                "sign", reset: back, verb: "airseal sign --all l \(gap.low.signing("signer"))",
                check: "\(whole) && \(counted)", done: counted),
            KilledVerb(
                "export", reset: "\(back); rm -rf media/b.tar",
                verb: gap.export("media/b.tar"),
                check: "\(whole) && { [ ! -e media/b.tar ] || airseal check media/b.tar; }",
                done: "airseal check media/b.tar"),
            KilledVerb(
                "export signed twice", reset: "\(back); rm -rf media/b",
                verb: gap.export(
                    "media/b", layout: "l:v1 l:v1", options: gap.low.signing("second")),
                check: "\(whole) && { [ ! -e media/b ] || airseal check media/b; }",
                done: "airseal check media/b"),
            KilledVerb(
                "receive", isReceiver: true, reset: farBack,
                verb: "airseal receive first.tar --into l",
                check: "{ [ ! -e l/oci-layout ] || \(whole); }",
                done: "\(whole) && airseal verify l:v1 --scope site.example/hello"),
            KilledVerb(
                "peer add", isReceiver: true, reset: farBack,
                verb: Peers.add(
                    Peers.plain.replacing("site.example", with: "site.example/hello"),
                    anchors: ["low-root.pem", "second-root.pem"]),
                check: "airseal peer show low-side | grep -c fingerprint | grep '[12]'",
                done: "airseal peer show low-side | grep -c fingerprint | grep 2"),
            KilledVerb(
                "peer suspend", isReceiver: true, reset: farBack,
                verb: "airseal peer suspend low-side --reason lost",
                check: """
                    airseal peer show low-side | grep site.example \
                    && { ! airseal peer list | grep suspended || grep peer-suspend state/audit.jsonl; }
                    """,
                done: "airseal peer list | grep suspended"),
            KilledVerb(
                "peer remove", isReceiver: true, reset: farBack,
                verb: "airseal peer remove low-side --reason closed",
                check: """
                    airseal peer show low-side \
                    && { airseal peer list | grep site.example || grep peer-remove state/audit.jsonl; }
                    """,
                done: "airseal peer list | grep 'low-side: not enrolled'"),
            KilledVerb(
                "trust apply", isReceiver: true, reset: farBack,
                verb: "airseal trust apply first.tar --accept-weaker --reason x",
                check: """
                    airseal trust check && airseal policy show && airseal audit verify \
                    && airseal trust list | grep ca:signers
                    """,
                done: "airseal trust list | grep ca:more && [ ! -e home/trust.applied ]"),
            KilledVerb(
                "receive --hold", isReceiver: true, reset: farBack,
                verb: "airseal receive first.tar --into l --hold",
                check: "{ [ ! -e l/oci-layout ] || \(whole); } && ! verified",
                done: "\(whole) && waits 1 && airseal release l --dry-run"),
            KilledVerb(
                "receive --reject", isReceiver: true, reset: farBack,
                verb: "airseal receive first.tar --into l --reject --reason no",
                check: "{ [ ! -e l/oci-layout ] || \(whole); } && ! verified",
                done: "\(whole) && waits 0 && closed && airseal prune l --rejected && ! closed"),
            KilledVerb(
                "release", isReceiver: true, reset: heldBack,
                verb: "airseal release l",
                check: "\(whole) && { verified || waits 1; }",
                done: "\(whole) && waits 0 && verified && [ ! -e l/.airseal-quarantine ]"),
            KilledVerb(
                "release --reject", isReceiver: true, reset: heldBack,
                verb: "airseal release l --reject --reason no",
                check: "\(whole) && ! verified",
                done: "\(whole) && waits 0 && closed && ! verified"),
            KilledVerb(
                "remove", reset: back, verb: "airseal remove l:v1",
                check: "\(whole) && { cmp -s l/index.json base/l/index.json || ! lists l v1; }",
                done: "\(whole) && ! lists l v1"),
            KilledVerb(
                "trust add", reset: "\(back); rm -rf home/truststore/x509/ca/killed",
                verb: "airseal trust add --type ca --store killed signer-root.pem",
                check: """
                    airseal trust list && { [ ! -e home/truststore/x509/ca/killed ] \
                    || cmp signer-root.pem home/truststore/x509/ca/killed/signer-root.pem; }
                    """,
                done: "cmp signer-root.pem home/truststore/x509/ca/killed/signer-root.pem"),
            KilledVerb(
                "state import", reset: back,
                verb: "airseal state import backup.tar --replace --reason x",
                check: "airseal audit verify && grep -q '\"kind\":\"export\"' state/audit.jsonl",
                done: "grep -q '\"kind\":\"state-import\"' state/audit.jsonl"),
            KilledVerb(
                "key generate", reset: back,
                verb: "airseal key generate --type p256 --key \(gap.low.key("killed"))",
                check: "airseal audit verify && \(recorded)",
                done: "airseal key list --login --key \(gap.low.key("killed")) | grep killed"),
            KilledVerb(
                "key install", reset: back,
                verb: "airseal key install --key \(gap.low.key("signer")) --chain signer.pem",
                check: "airseal audit verify && airseal key list --key \(gap.low.key("signer"))",
                done: "airseal sign l:v1 --key \(gap.low.key("signer"))"),
            KilledVerb(
                "prune", reset: "\(back) && rm -rf l && cp -a littered l",
                verb: "airseal prune l",
                check: "\(whole) && cmp -s l/index.json littered/index.json",
                done: "\(whole) && [ $(blobs l) -lt $(blobs littered) ]"),
        ]
    }

    /// Kills `verb` `count` times, and prints how often it hit.
    private static func script(_ verb: KilledVerb, _ signal: Signal, count: Int) -> String {
        """
        holds() { [ "$(grep -o ref.name "$1/index.json" | wc -l)" -gt \
            "$(grep -o ref.name base/l/index.json | wc -l)" ]; }
        blobs() { ls "$1/blobs/sha256" | wc -l; }
        verified() { airseal verify l:v1 --scope site.example/hello; }
        waits() { [ "$(airseal release l --list | wc -l)" = "$1" ]; }
        closed() { ls l/.airseal-quarantine/*/closed.json; }
        lists() { grep -q "ref.name[^}]*\"$2\"" "$1/index.json"; }
        fail() { echo "$1, round $round, after $delay us" >&2; exit 3; }
        verb() { exec env --default-signal=INT,TERM \(verb.verb); }
        exec 4>&2 2> talk
        RANDOM=\(Effort.seed % 32_768)
        { \(verb.reset); } && (verb) > answer || fail 'no undisturbed run'
        { \(verb.reset); }
        start=$(date +%s%N); (verb) > answer; length=$(( ($(date +%s%N) - start) / 1000 ))
        kills=0
        for round in $(seq \(count)); do
            { \(verb.reset); }
            delay=$(( RANDOM * length / 32768 ))
            (verb) > answer 2> errors & program=$!
            sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
            kill -\(signal.rawValue) $program
            wait $program; status=$?
            [ $status = \(signal.status) ] || [ $status = 0 ] || fail "status $status"
            [ $status = 0 ] || kills=$((kills + 1))
            { \(verb.check); } > answer || fail 'not sound'
            if [ $((round % 8)) = 0 ] || [ $round = \(count) ]; then
                [ $status = 0 ] || (verb) > answer || {
                    { \(verb.done); } > answer || fail 'not repeated'
                }
                { \(verb.done); } > answer || fail 'not done'
            fi
        done
        echo $kills
        """
    }

    @Test(arguments: Signal.allCases) func `leaves the old state or the new`(_ signal: Signal)
        async throws
    {
        let gap = try await Self.gap()
        var kills = 0
        let count =
            signal == .kill
            ? Effort.count(test: 4, soak: 600) : Effort.count(test: 1, soak: 30)
        for verb in Self.verbs(gap) {
            let site = verb.isReceiver ? gap.high : gap.low
            let answer = try await site.run(Self.script(verb, signal, count: count))
            let talk = try await site.run("cat talk errors")
            #expect(answer.status == 0, "\(verb.name): \(answer.errors)\(talk.output)")
            kills += Int(answer.output.split(separator: "\n").last ?? "") ?? 0
        }
        #expect(kills > 0)
        Effort.report(
            signal == .kill ? "kills survived" : "signals survived (TERM, INT)", kills)
    }
}
