private import CPlatform
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A PIN in memory that is never swapped out, never copied, never dumped, and wiped when let go.
@safe public struct Secret: ~Copyable, Sendable {
    /// Longest PIN, in bytes. PKCS#11 sets none; no token is known to take more.
    public static let byteCountMax = 256

    // Written while it is made, only read from then on, and wiped by its last user.
    private nonisolated(unsafe) let page: UnsafeMutableRawBufferPointer
    private let used: Int

    /// Takes what `fill` writes into the memory it is given, and returns as a number of bytes.
    ///
    /// The memory holds two bytes more than `byteCountMax`, so that a PIN that is too long is seen
    /// to be, and a line may still carry its end.
    init(
        filling fill: (UnsafeMutableRawBufferPointer) throws(PKCS11Error) -> Int
    ) throws(PKCS11Error) {
        let page = try unsafe Self.protectedPage()
        let used: Int
        do throws(PKCS11Error) {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: page[..<(Self.byteCountMax + 2)])
            used = try unsafe fill(room)
            guard used > 0 else { throw .pinEmpty }
            guard used <= Self.byteCountMax else { throw .pinTooLong(limit: Self.byteCountMax) }
        } catch {
            unsafe Self.wipe(page)
            throw error
        }
        unsafe self.page = page
        self.used = used
    }

    /// Takes bytes until `next` gives nil: one at a time, so that no other memory holds them all.
    ///
    /// - Throws: `.pinEmpty`, `.pinTooLong`, `.secretMemory`, or what `next` throws.
    public init(nextByte next: () throws(PKCS11Error) -> UInt8?) throws(PKCS11Error) {
        try unsafe self.init { room throws(PKCS11Error) in
            var count = 0
            while count <= Self.byteCountMax, let byte = try next() {
                unsafe room[count] = byte
                count += 1
            }
            return count
        }
    }

    deinit { unsafe Self.wipe(page) }

    // A whole page: unlocking memory unlocks the page, and with it whatever else lived there.
    private static func protectedPage() throws(PKCS11Error) -> UnsafeMutableRawBufferPointer {
        guard airseal_forbid_core_dumps() == 0 else {
            throw .secretMemory(call: "prctl", errno: Errno(rawValue: errno))
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw .secretMemory(call: "setrlimit", errno: Errno(rawValue: errno))
        }
        let size = Int(sysconf(Int32(_SC_PAGESIZE)))
        guard
            let start = unsafe mmap(
                nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe start != MAP_FAILED
        else { throw .secretMemory(call: "mmap", errno: Errno(rawValue: errno)) }
        guard unsafe mlock(start, size) == 0, unsafe madvise(start, size, MADV_DONTDUMP) == 0
        else {
            let reason = Errno(rawValue: errno)
            unsafe munmap(start, size)
            throw .secretMemory(call: "mlock", errno: reason)
        }
        return unsafe UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    private static func wipe(_ page: UnsafeMutableRawBufferPointer) {
        guard let start = page.baseAddress else { return }
        unsafe explicit_bzero(start, page.count)
        unsafe munmap(start, page.count)
    }

    fileprivate func wipe() {
        guard let start = unsafe page.baseAddress else { return }
        unsafe explicit_bzero(start, page.count)
    }

    /// The number of bytes.
    public var byteCount: Int { used }

    /// Lends the bytes to `body`, which must not keep or copy them.
    public func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeMutableRawBufferPointer(rebasing: page[..<used]))
    }
}

/// A PIN that several keep hold of, until one of them says that nobody needs it any more.
final class SharedSecret: Sendable {
    private let secret: Secret
    private let isForgotten = Atomic(false)

    init(_ secret: consuming Secret) { self.secret = secret }

    /// Lends the bytes to `body`, which must not keep or copy them.
    ///
    /// - Throws: `.pinNotGiven` once they have been forgotten.
    func withBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) throws(PKCS11Error)
        -> Result
    {
        guard !isForgotten.load(ordering: .sequentiallyConsistent) else { throw .pinNotGiven }
        return unsafe secret.withBytes(body)
    }

    /// Wipes the bytes at once. Nobody may be using them.
    func forget() {
        isForgotten.store(true, ordering: .sequentiallyConsistent)
        secret.wipe()
    }
}
