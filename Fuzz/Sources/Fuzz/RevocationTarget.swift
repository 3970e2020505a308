import X509

/// Readers of what says which certificates are revoked.
enum RevocationTarget {
    static func feedList(_ bytes: [UInt8]) {
        _ = try? RevocationList.list(bytes)
        guard let list = try? RevocationList(der: bytes) else { return }
        precondition(list.der == bytes, "a list is its bytes")
        precondition(list.number.map { $0.count <= 20 && !$0.isEmpty } ?? true, "a short number")
        var found = 0
        // Every serial number of one byte, and those of the seeds.
        for serialNumber in (0...255).map({ [UInt8($0)] }) + [[0x12, 0x34], [0x01, 0, 0]] {
            guard let entries = try? list.entries(for: serialNumber) else { continue }
            precondition(
                entries.allSatisfy { $0.serialNumber == serialNumber }, "about whom was asked")
            found += entries.count
        }
        precondition(found <= list.entryCount, "no entry is found twice")
    }

    static func feedResponse(_ bytes: [UInt8]) {
        guard let response = try? OCSPResponse(der: bytes) else { return }
        precondition(response.der == bytes, "a response is its bytes")
        for certificate in response.certificates {
            guard case .delegate(let delegate) = response.signature(under: certificate) else {
                continue
            }
            precondition(response.certificates.contains(delegate), "a delegate is in the response")
            precondition(delegate.isValid(at: response.producedAt), "and was valid")
        }
    }
}
