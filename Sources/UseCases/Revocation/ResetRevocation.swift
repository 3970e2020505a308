internal import Encodings
internal import Files
public import State
internal import X509

/// Why no floor was taken away.
public enum RevocationResetError: Error, Equatable {
    /// It is neither a file nor the SHA-256 of a key.
    case noIssuer(String)
    /// No list of this key was ever proven; the keys of which there are any.
    case noFloor(key: String, known: [String])
}

extension Site {
    /// Forgets how far the lists of one authority had come, for one that starts over.
    ///
    /// - Parameters:
    ///   - issuer: a file with the authority's certificate, or the SHA-256 of its
    ///     SubjectPublicKeyInfo in hexadecimal.
    ///   - reason: why, for the record, which comes first.
    /// - Returns: the floors that are gone.
    /// - Throws: `RevocationResetError` where there are none.
    public func resetRevocation(of issuer: String, reason: String) throws -> [RevocationListFloor] {
        let key = try issuerKey(issuer)
        let floors = try existingState()?.floors().revocationLists ?? []
        let gone = floors.filter { $0.issuerKey == key }
        guard !gone.isEmpty else {
            throw RevocationResetError.noFloor(
                key: key, known: Set(floors.map(\.issuerKey)).sorted())
        }
        let details: JSONObject = [
            "issuerKey": .string(key), "reason": .string(reason),
            "floors": .array(
                gone.map { floor in
                    [
                        "issuer": .string(floor.issuer), "delta": .boolean(floor.isDelta),
                        "number": floor.number.map { .string($0) } ?? .null,
                        "thisUpdate": .string(floor.thisUpdate.description),
                    ]
                }),
        ]
        try recorded("revocation-reset", details) {
            try state().changeFloors { floors in
                floors.revocationLists.removeAll { $0.issuerKey == key }
            }
        }
        return gone
    }

    private func issuerKey(_ text: String) throws -> String {
        if files.kind(at: text) == .file {
            let bytes = try files.file(at: text).readAll(limit: Int64(X509Limits.fileSizeMax))
            guard let certificate = try Certificate.list(bytes).first else {
                throw RevocationResetError.noIssuer(text)
            }
            return certificate.keyFingerprint
        }
        let key = text.lowercased()
        guard key.utf8.count == 64, Hex.decode(key) != nil else {
            throw RevocationResetError.noIssuer(text)
        }
        return key
    }
}
