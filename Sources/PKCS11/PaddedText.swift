/// The bytes of a fixed field without the blanks at its end; nil if the field begins with a zero
/// byte, as p11-kit marks what is not given.
func paddedBytes<Field>(_ field: Field) -> [UInt8]? {
    var bytes = unsafe withUnsafeBytes(of: field) { unsafe Array($0) }
    guard let first = bytes.first, first != 0 else { return nil }
    while let last = bytes.last, last == 0x20 || last == 0 { bytes.removeLast() }
    return bytes
}

/// The text of a fixed field that a module filled in. Modules are not always careful, so bytes that
/// are no UTF-8 are shown as such and match no URI.
func paddedText<Field>(_ field: Field) -> String {
    String(decoding: paddedBytes(field) ?? [], as: UTF8.self)
}

/// The memory of a number, as PKCS#11 attributes carry it.
func bytes(of number: UInt) -> [UInt8] {
    unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
}

/// The number that PKCS#11 attribute bytes hold; nil if they are no `CK_ULONG`.
func number(_ bytes: [UInt8]) -> UInt? {
    guard bytes.count == MemoryLayout<UInt>.size else { return nil }
    return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt.self) }
}
