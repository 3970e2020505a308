internal import CP11Kit

/// What a token says of itself beyond its name.
public struct TokenLimits: Sendable, Equatable {
    /// Nothing on it can be changed.
    public let isWriteProtected: Bool
    /// Sessions that may be open at once; nil where it names no bound.
    public let sessionCountMax: UInt?
    /// Sessions for writing that may be open at once; nil where it names no bound.
    public let writingSessionCountMax: UInt?
    /// The shortest PIN, in bytes.
    public let pinByteCountMin: UInt
    /// The longest PIN, in bytes.
    public let pinByteCountMax: UInt

    init(_ info: CK_TOKEN_INFO) {
        isWriteProtected = info.flags & CKF_WRITE_PROTECTED != 0
        sessionCountMax = Self.bound(info.ulMaxSessionCount)
        writingSessionCountMax = Self.bound(info.ulMaxRwSessionCount)
        pinByteCountMin = info.ulMinPinLen
        pinByteCountMax = info.ulMaxPinLen
    }

    /// Zero is "effectively infinite", every bit set "not told", every bit but one what opencryptoki
    /// means by the same.
    private static func bound(_ number: CK_ULONG) -> UInt? {
        number == 0 || number >= UInt.max - 1 ? nil : number
    }
}

extension Token {
    /// What it says now.
    public func limits() throws(PKCS11Error) -> TokenLimits {
        var info = CK_TOKEN_INFO()
        try check("C_GetTokenInfo", unsafe functions.pointee.C_GetTokenInfo(slot, &info))
        return TokenLimits(info)
    }
}
