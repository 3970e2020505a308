/// Where a list of revoked certificates is to be had, and what it may be about.
///
/// - SeeAlso: RFC 5280 sections 4.2.1.13 and 4.2.1.15.
public struct DistributionPoint: Sendable, Hashable {
    /// The name of the point; nil when only `listIssuer` names it.
    public let name: DistributionPointName?
    /// The reasons for which the list at the point is asked; nil for all.
    public let reasons: Set<RevocationReason>?
    /// Who issues the list, where it is not the issuer of the certificate.
    public let listIssuer: [GeneralName]

    /// The URIs of the point.
    public var urls: [String] { name?.fullName.compactMap(\.uri) ?? [] }

    /// The point that every certificate of `issuer` has without naming it: the issuer's own entry in
    /// a directory.
    ///
    /// - SeeAlso: RFC 5280 section 6.3.3, last paragraph.
    public static func implied(by issuer: DistinguishedName) -> DistributionPoint {
        DistributionPoint(
            name: .fullName([.directoryName(issuer)]), reasons: nil, listIssuer: [])
    }

    private init(
        name: DistributionPointName?, reasons: Set<RevocationReason>?, listIssuer: [GeneralName]
    ) {
        self.name = name
        self.reasons = reasons
        self.listIssuer = listIssuer
    }

    private init(_ point: DERReader) throws(DERError) {
        var point = point
        name = try point.optional(DERTag.context(0)).map { element throws(DERError) in
            try DistributionPointName(element)
        }
        reasons = try point.optional(DERTag.primitiveContext(1)).map { element throws(DERError) in
            try RevocationReason.flags(element)
        }
        listIssuer =
            try point.optional(DERTag.context(2)).map { element throws(DERError) in
                try GeneralName.list(DERReader(element.content))
            } ?? []
        try point.requireEnd()
    }

    /// Reads a CRLDistributionPoints.
    static func list(_ value: inout DERReader) throws(DERError) -> [DistributionPoint] {
        var points = try value.enter(DERTag.sequence)
        var list: [DistributionPoint] = []
        while !points.isAtEnd {
            list.append(try DistributionPoint(points.enter(DERTag.sequence)))
        }
        return list
    }

    /// The names that a list at the point may bear, for a certificate by `issuer`.
    public func names(under issuer: DistinguishedName) -> [GeneralName] {
        guard let name else { return listIssuer }
        for case .directoryName(let listIssuer) in listIssuer {
            return name.names(under: listIssuer)
        }
        return name.names(under: issuer)
    }
}

/// The name of a distribution point, in a certificate or in a list.
public enum DistributionPointName: Sendable, Hashable {
    /// Names of the same list, each complete.
    case fullName([GeneralName])
    /// What is added to the name of the list's issuer: the DER of a relative name.
    case relativeName([UInt8])

    /// Reads a DistributionPointName inside the element that tags it.
    init(_ element: DERElement) throws(DERError) {
        var choice = DERReader(element.content)
        let name = try choice.next()
        try choice.requireEnd()
        switch name.tag {
        case DERTag.context(0): self = .fullName(try GeneralName.list(DERReader(name.content)))
        case DERTag.context(1):
            self = .relativeName(DERWriter.element(DERTag.set, Array(name.content)))
        default: throw .unexpected(tag: name.tag)
        }
    }

    /// The complete names; none for a relative one.
    public var fullName: [GeneralName] {
        if case .fullName(let names) = self { names } else { [] }
    }

    /// The complete names, of a list that is issued by `issuer`.
    public func names(under issuer: DistinguishedName) -> [GeneralName] {
        switch self {
        case .fullName(let names): return names
        case .relativeName(let relativeName):
            var outer = DERReader(issuer.der[...])
            guard let names = try? outer.next(DERTag.sequence).content else { return [] }
            let der = DERWriter.element(DERTag.sequence, Array(names) + relativeName)
            guard let name = try? DistinguishedName(der: der) else { return [] }
            return [.directoryName(name)]
        }
    }
}
