import Encodings
import Glibc
import TestSupport
import Testing

/// What root may do in a mount namespace of its own.
enum Mounts {
    /// Mounting anything.
    static let areAllowed = succeeds("unshare -m mount -t tmpfs none /mnt")
    /// Mounting a file system that is in a file.
    static let haveLoopDevices =
        areAllowed && succeeds("command -v mkfs.ext4 && [ -e /dev/loop-control ]")

    private static func succeeds(_ line: String) -> Bool {
        unsafe system("{ \(line)\n} > /dev/null 2>&1") == 0
    }
}

@Suite(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
struct `A disk that is full` {
    /// A verb, on a disk that has its layout and its state.
    struct Verb: Sendable, CustomTestStringConvertible {
        let name: String
        let isReceiver: Bool
        let line: String
        let done: String
        var testDescription: String { name }
    }

    static let verbs = [
        Verb(
            name: "import", isReceiver: false, line: "airseal import source --into disk/l",
            done: "airseal check disk/l"),
        Verb(
            name: "sign", isReceiver: false,
            line: "airseal sign --all disk/l --key \"$KEY\" --chain signer.pem",
            done: "airseal list disk/l --json | grep -qE '\"signatures\": *1'"),
        Verb(
            name: "export", isReceiver: false,
            line: """
                airseal export disk/l --to disk/b.tar --destination high-side \
                    --scope site.example/hello --key "$KEY" --chain signer.pem
                """,
            done: "airseal check disk/b.tar"),
        Verb(
            name: "receive", isReceiver: true, line: "airseal receive b.tar --into disk/l",
            done: "airseal check disk/l"),
        Verb(
            name: "receive --hold", isReceiver: true,
            line: "airseal receive b.tar --into disk/l --hold",
            done: "airseal release disk/l && airseal check disk/l"),
        Verb(
            name: "remove", isReceiver: false, line: "airseal remove disk/l:v1",
            done: "airseal check disk/l && ! grep -q ref.name disk/l/index.json"),
    ]

    @Test(arguments: verbs) func `refuses a verb in words, and takes it again`(_ verb: Verb)
        async throws
    {
        let gap = try await Gap()
        try await gap.low.copySample("hello", to: "l")
        if verb.isReceiver {
            try await gap.sign()
            try await gap.low.yes(gap.export("b.tar"))
            try await gap.carry("b.tar")
        }
        let site = verb.isReceiver ? gap.high : gap.low
        try await site.yes(
            """
            mkdir disk base; cp -a state base; cp -a l base || true
            cp -r '\(Site.package)/layouts/two-platforms' source
            """)
        let answer = try await site.run(
            """
            export KEY=\(site.key("signer"))
            export AIRSEAL_STATE=$PWD/disk/state
            unshare -m bash -s <<'END'
            fail() { echo "$1, $room KiB left, status $status: $(cat errors)" >&2; exit 3; }
            fulls=0
            for room in \(Effort.isSoak ? "$(seq 0 4 160)" : "0 8 20 44 72"); do
                mount -t tmpfs -o size=8m none disk && cp -a base/. disk
                free=$(df --output=avail -k disk | tail -1)
                head -c $(( (free - room) * 1024 )) /dev/zero > disk/filler
                [ -e disk/l ] && cp disk/l/index.json before
                \(verb.line) > answer 2> errors; status=$?
                case $status in
                0) ;;
                2) grep -q 'disk/.*the disk is full' errors || fail 'in other words'
                   fulls=$((fulls + 1))
                   # The state may have been the one thing that found no room any more.
                   [ ! -e disk/b.tar ] || airseal check disk/b.tar > answer || fail 'in part'
                   [ ! -e disk/l/oci-layout ] || airseal check disk/l > answer || fail 'not whole';;
                *) fail 'another status';;
                esac
                rm disk/filler
                [ $status = 0 ] || \(verb.line) > answer 2> errors || fail 'not repeated'
                { \(verb.done); } > answer 2> errors || fail 'not done'
                umount disk
            done
            echo $fulls
            END
            """)
        #expect(answer.status == 0, "\(answer.errors)")
        let fulls = Int(answer.output.split(separator: "\n").last ?? "") ?? 0
        #expect(fulls > 0)
        Effort.report("full disks survived", fulls)
    }
}

// Making room must need none.
extension `A disk that is full` {
    @Test func `is what prune makes room on`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes("mkdir disk; cp -r '\(Site.package)/layouts/two-platforms' source")
        let answer = try await site.run(
            """
            export AIRSEAL_STATE=$PWD/disk/state
            unshare -m bash -es <<'END'
            mount -t tmpfs -o size=8m none disk
            cp -a l disk
            head -c 1M /dev/urandom > blob
            mv blob disk/l/blobs/sha256/$(sha256sum blob | cut -d ' ' -f 1)
            airseal remove disk/l:v1 --dry-run
            head -c 8M /dev/zero > disk/filler 2> /dev/null || true
            airseal prune disk/l
            airseal import source --into disk/l
            airseal check disk/l
            END
            """)
        #expect(answer.status == 0, "\(answer.errors)")
    }
}

@Suite(.enabled(if: Mounts.areAllowed, "mounting needs root and unshare"))
struct `A medium that is read-only` {
    @Test func `is read, and stays as it is`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        try await gap.low.yes(gap.export("b"))
        try await gap.low.yes("mkdir medium; cp -r l b medium; cp -r medium before")
        let answer = try await gap.low.run(
            """
            export KEY=\(gap.low.key("signer"))
            unshare -m bash -s <<'END'
            mount --bind medium medium && mount -o remount,ro,bind medium
            yes() { "$@" > answer 2> errors || { echo "$*: $(cat errors)" >&2; exit 3; }; }
            no() {
                "$@" > answer 2> errors; status=$?
                [ $status = 2 ] && grep -qE 'read-only|cannot be written' errors && return
                echo "$*: status $status: $(cat errors)" >&2; exit 3
            }
            yes airseal list medium/l
            yes airseal inspect medium/l:v1
            yes airseal check medium/l
            yes airseal check medium/b
            yes airseal verify medium/l:v1 --scope site.example/hello
            no airseal sign medium/l:v1 --key "$KEY" --chain signer.pem
            no airseal import l --into medium/l
            no airseal import l --into medium/new
            no airseal export l --to medium/b.tar --destination high-side \
                --scope site.example/hello --key "$KEY" --chain signer.pem
            yes airseal import medium/l --into taken
            diff -r medium before
            END
            """)
        #expect(answer.status == 0, "\(answer.errors)\(answer.output)")
        // What could not be written to the medium left no trace: the number is free.
        let again = try await gap.low.yes("\(gap.export("c")) --json").json
        #expect(try again.member("sequence").integer() == 2)
    }
}

extension `A medium that is read-only` {
    /// Remounted at the first moment at which nobody has a file open for writing, a little later
    /// each time.
    @Test func `from one moment to the next is left as it was or as it should be`() async throws {
        let site = try await Site()
        try await site.yes("mkdir disk; cp -r '\(Site.package)/layouts/two-platforms' source")
        let answer = try await site.run(
            """
            unshare -m bash -s <<'END'
            fail() { echo "$1: status $status: $(cat errors)" >&2; exit 3; }
            caught=0
            for delay in \(Effort.isSoak ? "$(seq 0 0.0005 0.03)" : "$(seq 0 0.004 0.02)"); do
                mount -t tmpfs -o size=8m none disk && cp -a l disk 2> /dev/null
                { sleep $delay; until mount -o remount,ro disk; do :; done; } 2> /dev/null &
                remounting=$!
                airseal import source --into disk/l > answer 2> errors; status=$?
                wait $remounting
                case $status in
                0) ;;
                2) grep -qE 'read-only|cannot be written' errors || fail 'in other words'
                   caught=$((caught + 1));;
                *) fail 'another status';;
                esac
                [ ! -e disk/l/oci-layout ] || airseal check disk/l > answer 2>> errors || fail 'not whole'
                mount -o remount,rw disk
                airseal import source --into disk/l > answer 2> errors || fail 'not repeated'
                airseal check disk/l > answer 2> errors || fail 'not done'
                ! grep -q stray answer || fail 'left over'
                umount disk
            done
            echo $caught
            END
            """)
        #expect(answer.status == 0, "\(answer.errors)")
        let caught = Int(answer.output.split(separator: "\n").last ?? "") ?? 0
        #expect(caught > 0)
        Effort.report("read-only remounts survived", caught)
    }
}

@Suite(.enabled(if: Mounts.haveLoopDevices, "loop devices need root and mkfs.ext4"))
struct `A medium that goes away` {
    @Test func `while it is written leaves the number to the next try`() async throws {
        let gap = try await Gap()
        try await gap.sign()
        // The device's own store is full long before the medium is: what was written is lost when
        // it is brought onto the medium.
        let answer = try await gap.low.run(
            """
            export KEY=\(gap.low.key("signer"))
            mkdir store medium
            unshare -m bash -s <<'END'
            mount -t tmpfs -o size=2m none store && truncate -s 64M store/image
            mkfs.ext4 -q store/image && mount -o loop store/image medium || exit 4
            head -c 100M /dev/zero > store/full
            airseal export l --to medium/b.tar --destination high-side \
                --scope site.example/hello --key "$KEY" --chain signer.pem; status=$?
            [ ! -e medium/b.tar ] || status=3
            umount medium
            exit $status
            END
            """)
        #expect(answer.status == 2, "\(answer.errors)")
        #expect(answer.errors.contains("medium"), "\(answer.errors)")
        try await gap.low.yes("rmdir medium/* 2> /dev/null; \(gap.export("b.tar"))")
        try await gap.carry("b.tar")
        try await gap.high.yes("airseal receive b.tar --into l && airseal check l")
    }

    @Test func `while it is read leaves nothing behind`() async throws {
        let gap = try await Gap()
        try await gap.low.copySample("hello", to: "l")
        // More than a cache reads ahead.
        try await gap.sign()
        try await gap.low.yes(gap.export("b.tar"))
        try await gap.carry("b.tar")
        let answer = try await gap.high.run(
            """
            mkdir medium
            unshare -m bash -s <<'END'
            truncate -s 64M image && mkfs.ext4 -q image && mount -o loop image medium || exit 4
            cp b.tar medium && umount medium && mount -o loop image medium || exit 4
            truncate -s 64K image
            airseal receive medium/b.tar --into l; status=$?
            umount medium
            exit $status
            END
            """)
        #expect(answer.status == 2, "\(answer.errors)")
        #expect(answer.errors.contains("medium"), "\(answer.errors)")
        #expect(try await gap.high.run("[ -e l ]").status == 1)
        try await gap.high.yes("airseal receive b.tar --into l && airseal check l")
    }
}
