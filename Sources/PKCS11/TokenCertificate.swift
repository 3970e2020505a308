internal import CP11Kit
internal import Encodings

/// A certificate object on a token. What it holds has not been read as a certificate yet.
public struct TokenCertificate: Sendable, Equatable {
    /// `CKA_LABEL`.
    public let label: String
    /// `CKA_ID`, by which it is tied to a key.
    public let id: [UInt8]
    /// `CKA_VALUE`.
    public let der: [UInt8]

    /// A certificate as it is to stand on a token.
    public init(label: String, id: [UInt8], der: [UInt8]) {
        self.label = label
        self.id = id
        self.der = der
    }
}

/// What the fields of a certificate object hold, each in DER.
public struct TokenCertificateFields: Sendable {
    /// `CKA_SUBJECT`.
    public let subject: [UInt8]
    /// `CKA_ISSUER`.
    public let issuer: [UInt8]
    /// `CKA_SERIAL_NUMBER`.
    public let serialNumber: [UInt8]

    /// The fields of one certificate.
    ///
    /// - Parameters:
    ///   - subject: the name in DER.
    ///   - issuer: the name in DER.
    ///   - serialNumber: big-endian, without a leading zero byte; an INTEGER is made of it.
    public init(subject: [UInt8], issuer: [UInt8], serialNumber: [UInt8]) {
        self.subject = subject
        self.issuer = issuer
        self.serialNumber = SubjectPublicKeyInfo.integer(serialNumber)
    }
}

extension Session {
    /// Every X.509 certificate that the token shows.
    public func certificates() throws(PKCS11Error) -> [TokenCertificate] {
        var certificates: [TokenCertificate] = []
        for object in try certificateObjects() {
            guard let der = try attribute(CKA_VALUE, of: object), !der.isEmpty else { continue }
            certificates.append(
                TokenCertificate(
                    label: String(
                        decoding: try attribute(CKA_LABEL, of: object) ?? [], as: UTF8.self),
                    id: try attribute(CKA_ID, of: object) ?? [], der: der))
        }
        return certificates
    }

    /// Puts a certificate onto the token and reads it back.
    ///
    /// The session must be open for writing and logged in.
    ///
    /// - Throws: `.certificateNotKept` when the token shows something else than was written; it is
    ///   removed again then, where the token lets it be.
    public func add(_ certificate: TokenCertificate, _ fields: TokenCertificateFields)
        throws(PKCS11Error)
    {
        var template = AttributeTemplate()
        template.add(CKA_CLASS, UInt(CKO_CERTIFICATE))
        template.add(CKA_CERTIFICATE_TYPE, UInt(CKC_X_509))
        template.add(CKA_TOKEN, flag: true)
        template.add(CKA_PRIVATE, flag: false)
        template.add(CKA_LABEL, Array(certificate.label.utf8))
        template.add(CKA_ID, certificate.id)
        template.add(CKA_SUBJECT, fields.subject)
        template.add(CKA_ISSUER, fields.issuer)
        template.add(CKA_SERIAL_NUMBER, fields.serialNumber)
        template.add(CKA_VALUE, certificate.der)
        var object: CK_OBJECT_HANDLE = 0
        try check(
            "C_CreateObject",
            unsafe template.withAttributes {
                unsafe functions.pointee.C_CreateObject(handle, $0, $1, &object)
            })
        guard try attribute(CKA_VALUE, of: object) == certificate.der,
            try attribute(CKA_ID, of: object) == certificate.id
        else {
            _ = try? ask(
                "C_DestroyObject", unsafe functions.pointee.C_DestroyObject(handle, object))
            throw .certificateNotKept(label: certificate.label)
        }
    }

    /// Takes a certificate off the token: every object that holds it under its id.
    ///
    /// The session must be open for writing and logged in.
    public func remove(_ certificate: TokenCertificate) throws(PKCS11Error) {
        for object in try certificateObjects(id: certificate.id)
        where try attribute(CKA_VALUE, of: object) == certificate.der {
            try check(
                "C_DestroyObject", unsafe functions.pointee.C_DestroyObject(handle, object))
        }
    }

    func certificateObjects(id: [UInt8]? = nil) throws(PKCS11Error) -> [CK_OBJECT_HANDLE] {
        var template = AttributeTemplate()
        template.add(CKA_CLASS, UInt(CKO_CERTIFICATE))
        template.add(CKA_CERTIFICATE_TYPE, UInt(CKC_X_509))
        if let id { template.add(CKA_ID, id) }
        return try objects(template)
    }
}
