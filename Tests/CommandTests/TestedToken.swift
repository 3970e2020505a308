import Glibc

/// A kind of token that the program is tried on, and what it takes to have one of one's own: called
/// `site`, in the folder of a site, whose file `pin` holds its PIN.
struct TestedToken: Sendable {
    /// Makes the token; a process that must live as long leaves its number in the file `helper`.
    let script: String
    /// What a key URI says besides `token=site`, to be appended to a query.
    var query = ""
    /// What the program and the script find in their environment; `ROOT` stands for the folder.
    var environment: [String: String] = [:]
    /// What runs each later line of shell, given as its last argument; `ROOT` as above.
    var shell = ["bash", "-c"]
    /// Why it cannot be had here; nil where it can.
    var missing: String?

    /// What `softhsm2-util` makes.
    static let softHSM = TestedToken(
        script: """
            mkdir tokens
            printf 'directories.tokendir = %s/tokens\\nlog.level = ERROR\\n' "$PWD" > softhsm2.conf
            softhsm2-util --init-token --free --label site --so-pin 12345678 --pin 1234
            """, environment: ["SOFTHSM2_CONF": "ROOT/softhsm2.conf"])

    /// The database of NSS. It takes its folder from p11-kit's configuration, which a person keeps
    /// in the home; p11-kit reads no such file for root, who sees another folder in its place.
    static let nss = TestedToken(
        script: """
            mkdir -p nss person/.config/pkcs11/modules
            certutil -N -d sql:nss -f pin
            printf 'user-config: only\\n' > person/.config/pkcs11/pkcs11.conf
            {
                echo 'module: \(library("libsoftokn3.so"))'
                echo "x-init-reserved: configdir='sql:$PWD/nss' certPrefix='' keyPrefix='' \
            secmod='secmod.db' flags= dbTokenDescription='site'"
            } > person/.config/pkcs11/modules/nss.module
            """,
        shell: isRoot
            ? [
                "unshare", "-m", "bash", "-c",
                "mount --bind ROOT/person/.config/pkcs11/modules /usr/share/p11-kit/modules "
                    + "&& exec bash -c \"$0\"",
            ] : ["bash", "-c"],
        missing: firstMissing(
            [library("libsoftokn3.so"), "certutil"] + (isRoot ? ["unshare -m true"] : [])))

    /// A TPM in software, reached without a resource manager: by one process at a time.
    static let tpm = TestedToken(
        script: """
            mkdir tpm store
            timeout 1800 swtpm socket --tpm2 --tpmstate dir=tpm --flags not-need-init,startup-clear \
                --server type=unixio,path=tpm/socket --ctrl type=unixio,path=tpm/socket.ctrl \
                > /dev/null 2>&1 < /dev/null &
            echo $! > helper
            for try in $(seq 100); do [ -S tpm/socket ] && break; sleep 0.05; done
            tool() { pkcs11-tool --module \(tpmModule) --so-pin 12345678 "$@"; }
            tool --init-token --slot-index 0 --label site
            tool --init-pin --token-label site --pin 1234
            """, query: "&module-path=\(tpmModule)",
        environment: [
            "TPM2_PKCS11_STORE": "ROOT/store", "TPM2_PKCS11_TCTI": "swtpm:path=ROOT/tpm/socket",
            "TPM2_PKCS11_BACKEND": "esysdb", "TSS2_LOG": "all+NONE",
        ], missing: firstMissing([tpmModule, "swtpm", "pkcs11-tool"]))

    /// opencryptoki's software token. Its daemon has one place for everything, so each test gives it
    /// another folder there.
    static let opencryptoki = TestedToken(
        script: """
            mkdir -p oc/swtok/TOK_OBJ && chgrp -R pkcs11 oc && chmod -R 770 oc
            unshare -m bash -c '
                mount -t tmpfs none /run && mount -t tmpfs none /dev/shm
                mount --bind "$PWD/oc" /var/lib/opencryptoki
                mkdir -p /run/lock/opencryptoki/{swtok,tpm}
                chgrp -R pkcs11 /run/lock/opencryptoki && chmod -R 770 /run/lock/opencryptoki
                echo $$ > helper
                exec timeout 1800 pkcsslotd -f
                ' > /dev/null 2>&1 < /dev/null &
            for try in $(seq 100); do [ -s helper ] && break; sleep 0.05; done
            inside() { nsenter -m --wd="$PWD" -t $(cat helper) "$@"; }
            for try in $(seq 100); do inside test -S /run/pkcsslotd.socket && break; sleep 0.05; done
            inside pkcs11-tool --module \(library("pkcs11/libopencryptoki.so")) --init-token \
                --slot 3 --label site --so-pin 87654321
            inside pkcsconf -P -c 3 -S 87654321 -n 76543210
            inside pkcsconf -u -c 3 -S 76543210 -n 12345678
            inside pkcsconf -p -c 3 -U 12345678 -n 1234
            """, query: "&module-path=\(library("pkcs11/libopencryptoki.so"))",
        shell: ["bash", "-c", "exec nsenter -m --wd=ROOT -t $(cat ROOT/helper) bash -c \"$0\""],
        missing: isRoot
            ? firstMissing([
                library("pkcs11/libopencryptoki.so"), "pkcsslotd", "pkcs11-tool", "unshare -m true",
            ]) : "root")

    /// A SoftHSM token that belongs to another user, behind the socket of `p11-kit server`.
    static let remote = TestedToken(
        script: """
            chmod 711 . && mkdir -p remote/tokens
            printf 'directories.tokendir = %s/remote/tokens\\nlog.level = ERROR\\n' "$PWD" \
                > remote/softhsm2.conf
            chown -R nobody remote
            export SOFTHSM2_CONF=$PWD/remote/softhsm2.conf
            other() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
            other softhsm2-util --init-token --free --label site --so-pin 12345678 --pin 1234
            timeout 1800 setpriv --reuid=nobody --regid=nogroup --clear-groups \
                p11-kit server -f -n $PWD/remote/socket 'pkcs11:token=site' \
                --provider /usr/lib/softhsm/libsofthsm2.so > /dev/null 2>&1 < /dev/null &
            echo $! > helper
            for try in $(seq 100); do [ -S remote/socket ] && break; sleep 0.05; done
            """, query: "&module-path=\(library("pkcs11/p11-kit-client.so"))",
        environment: ["P11_KIT_SERVER_ADDRESS": "unix:path=ROOT/remote/socket"],
        missing: isRoot
            ? firstMissing([library("pkcs11/p11-kit-client.so"), "p11-kit", "setpriv"]) : "root")

    // MARK: What there is

    static let isRoot = geteuid() == 0

    /// `make setup` unpacks the module and does not install it: it would be registered with p11-kit,
    /// and complain in every program on a machine without a TPM.
    private static let tpmModule =
        "\(Site.package)/.build/unpacked/libtpm2-pkcs11-1" + library("libtpm2_pkcs11.so.1")

    private static func library(_ name: String) -> String {
        #if arch(arm64)
            "/usr/lib/aarch64-linux-gnu/\(name)"
        #else
            "/usr/lib/x86_64-linux-gnu/\(name)"
        #endif
    }

    /// The first that is not there: a file by its path, a program by its name, a line of shell that
    /// must succeed.
    private static func firstMissing(_ needed: [String]) -> String? {
        needed.first { need in
            let test =
                need.hasPrefix("/")
                ? "test -r '\(need)'" : need.contains(" ") ? need : "command -v \(need)"
            return unsafe system("{ \(test); } > /dev/null 2>&1") != 0
        }
    }
}
