/// What small content looks like that somebody may want to read as a whole.
public enum DocumentShape {
    /// Whether bytes begin as JSON's objects do, or as the envelopes of COSE (RFC 9052, a tagged
    /// COSE_Sign1): manifests, configurations and signatures begin so.
    public static func mayBegin(with bytes: Span<UInt8>) -> Bool {
        if bytes.count >= 2, bytes[0] == 0xD2, bytes[1] == 0x84 { return true }
        for place in bytes.indices where ![0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) {
            return bytes[place] == UInt8(ascii: "{")
        }
        return false
    }
}
