internal import CP11Kit

/// A list of attributes together with the memory that they point into.
@safe struct AttributeTemplate: ~Copyable {
    private var attributes: [CK_ATTRIBUTE] = unsafe []

    init() {}

    deinit {
        for index in unsafe attributes.indices { unsafe attributes[index].pValue?.deallocate() }
    }

    mutating func add(_ type: CK_ATTRIBUTE_TYPE, _ value: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(value.count, 1), alignment: MemoryLayout<UInt>.alignment)
        unsafe memory.copyBytes(from: value)
        unsafe attributes.append(
            CK_ATTRIBUTE(
                type: type, pValue: memory.baseAddress, ulValueLen: CK_ULONG(value.count)))
    }

    mutating func add(_ type: CK_ATTRIBUTE_TYPE, _ number: UInt) {
        add(type, bytes(of: number))
    }

    mutating func add(_ type: CK_ATTRIBUTE_TYPE, flag: Bool) {
        add(type, [flag ? 1 : 0])
    }

    mutating func withAttributes<Result>(
        _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> Result
    ) -> Result {
        unsafe attributes.withUnsafeMutableBufferPointer {
            unsafe body($0.baseAddress, CK_ULONG($0.count))
        }
    }
}
