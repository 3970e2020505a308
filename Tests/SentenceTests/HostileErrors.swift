import Archive
import Audit
import BundleFormat
import Configuration
import Cryptography
import Encodings
import Files
import OCI
import OCILayout
import Processes
import Receiving
import Sending
import Signing
import State
import SystemPackage
import Testing
import Trust
import UseCases
import Verification
import X509

@testable import Notary
@testable import PKCS11

/// Errors of some modules, by a name that a failed test can show.
struct HostileGroup: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let errors: [any Error]

    static let all = [
        HostileGroup(testDescription: "encodings", errors: Hostile.encodings),
        HostileGroup(testDescription: "layout", errors: Hostile.layout),
        HostileGroup(testDescription: "token", errors: Hostile.token),
        HostileGroup(testDescription: "notary", errors: Hostile.notary),
        HostileGroup(testDescription: "trust", errors: Hostile.trust),
        HostileGroup(testDescription: "state", errors: Hostile.state),
        HostileGroup(testDescription: "signing", errors: Hostile.signing),
        HostileGroup(testDescription: "sending", errors: Hostile.sending),
        HostileGroup(testDescription: "receiving", errors: Hostile.receiving),
    ]
}

/// Errors whose every text is one that an attacker would choose.
enum Hostile {
    /// Clears a terminal, rings it, breaks the line and turns the reading order.
    static let text = "x\u{1B}[2J\u{7}\r\n\u{202E}\u{2066}\u{200B}\u{85}\u{2028}\\y"
    static let digest = Digest(.sha256, bytes: Array(repeating: 1, count: 32))
    static let other = Digest(.sha256, bytes: Array(repeating: 2, count: 32))
    static let descriptor = Descriptor(mediaType: text, digest: digest, size: 3)
    static let platform = Platform(os: text, architecture: text, variant: text)
    static let key = KeyDescription(label: text, id: [1], type: .p256)
    static let time = Timestamp(seconds: 0)
    static let missing = FileError.system(call: "open", path: text, errno: .noSuchFileOrDirectory)
    static let shape = JSONShapeError.unexpected(path: text, expected: text)

    static let encodings: [any Error] = [
        DigestError.malformed(text), DigestError.unsupportedAlgorithm(text),
        SiteNameError.tooLong(limit: 128), SiteNameError.malformed(text),
        SiteNameError.reserved(text), JSONError.duplicateName(text), shape,
        JSONShapeError.missing(path: text), JSONShapeError.unknownMember(path: text),
        CBORError.duplicateLabel(.text(text)), CBORError.tooDeep,
    ]

    static let layout: [any Error] = [
        missing, FileError.wrongKind(path: text), FileError.locked(path: text),
        ArchiveError.truncated(path: text), ArchiveError.damaged(path: text, reason: text),
        ArchiveError.unsafeName(text), ArchiveError.duplicateName(text),
        CryptographyError.unreadableKey,
        LayoutError.file(missing), LayoutError.notALayout(path: text),
        LayoutError.readOnly(path: text), LayoutError.notAFolder(path: text),
        LayoutError.document(name: text, .shape(shape)),
        LayoutError.damaged(digest, .missing), LayoutError.notHeld(digest),
        LayoutError.tooLarge(digest, size: 2, limit: 1), LayoutError.noSuchPath(text),
        LayoutError.malformedReference(text), LayoutError.noSuchReference(text),
        LayoutError.ambiguousReference(text, [digest, other]),
        LayoutError.nameTaken(text, present: digest, new: other),
        LayoutError.nestedTooDeep(digest), LayoutError.tooManyManifests,
        LayoutError.importRefused(.missingMember(text)),
        LayoutError.destination(path: text, .damaged(digest, .missing)),
        ImportRefusal.nameGivenTwice(NameConflict(name: text, present: digest, new: other)),
        ImportRefusal.missing([descriptor]),
        ImportRefusal.document(digest, .mediaType(declared: nil, expected: text)),
        ImportRefusal.malformedName(text), ImportRefusal.duplicateMember(text),
        ImportRefusal.unusableMember(text), ImportRefusal.malformedManifest(.shape(shape)),
        ImportRefusal.configDigest(name: text, actual: digest), ImportRefusal.empty,
        ImportRefusal.diffID(layer: text, expected: digest, actual: other),
        ImportRefusal.tooLarge(digest),
        ImportRefusal.layerCount(config: digest, diffIDs: 1, layers: 2),
        ImportRefusal.missingPlatforms([descriptor], present: [platform]),
        ImportRefusal.noSuchPlatform(index: digest, wanted: platform, present: [platform]),
        ImportRefusal.severalOfPlatform(index: digest, wanted: platform, [digest, other]),
        ImportRefusal.wrongPlatform(digest, wanted: platform, actual: platform),
        ImportRefusal.severalImages(count: 2),
    ]

    static let token: [any Error] = [
        PKCS11Error.call(text, ReturnValue(rawValue: 5)),
        PKCS11Error.moduleNotLoaded(path: text, reason: text),
        PKCS11Error.registeredModulesNotLoaded(reason: text),
        PKCS11Error.noToken(present: [], silent: []),
        PKCS11Error.noKey(present: [key]), PKCS11Error.ambiguousKey([key, key]),
        PKCS11Error.unsupportedKey(key), PKCS11Error.noPublicKey(key), PKCS11Error.keyExists(key),
        PKCS11Error.keyNotProtected(key, [.sensitive: nil, .sign: false], isRemoved: true),
        PKCS11Error.keyNotDeleted(key),
        PKCS11Error.keyDoesNotSign(key, text, ReturnValue(rawValue: 5)),
        PKCS11Error.certificateNotKept(label: text),
        SigningError.chain(key, .noLeaf(certificateCount: 2)),
        PKCS11Error.anotherKey(key),
        PKCS11Error.noAnswer(call: text, seconds: 60), PKCS11Error.thread(.noMemory),
        PKCS11Error.pinIncorrect(serial: text),
        PKCS11Error.pinRejectedEarlier(serial: text, path: text),
        PKCS11Error.pinOutcomeUnknown(serial: text, path: text),
        PKCS11Error.noToken(
            present: [], silent: [SilentModule(name: text, reason: .call(text, .init(rawValue: 5)))]
        ),
        PKCS11Error.pinLocked(serial: text), PKCS11Error.pinTriesLow(serial: text, isFinal: true),
        PKCS11Error.pinNotInitialised(serial: text), PKCS11Error.pinExpired(serial: text),
        PKCS11Error.pinNotGiven, PKCS11Error.pinEmpty, PKCS11Error.pinTooLong(limit: 9),
        PKCS11Error.pinFileExposed(path: text, owner: 1, mode: 0o100644),
        PKCS11Error.pinDescriptorNotInherited(9), PKCS11Error.pinDescriptorIsTerminal(9),
        PKCS11Error.secretMemory(call: text, errno: .noMemory), PKCS11Error.file(missing),
        KeyURIError.unknownAttribute(text), KeyURIError.duplicateAttribute(text),
        KeyURIError.pinValue, KeyURIError.malformed,
        SigningError.keyDoesNotMatchChain(key, certificate: text),
        SigningError.certificate(.malformedExtension(text)),
    ]

    static let notary: [any Error] = [
        PayloadFailure.badShape(shape), PayloadFailure.reservedAnnotation(text),
        SignatureManifestFailure.mediaType(text), SignatureManifestFailure.config(mediaType: text),
        SignatureManifestFailure.notJSON(.duplicateName(text)),
        IntegrityFailure("J2", .notBase64(member: text)),
        IntegrityFailure("J12", .criticalUnknown(text)),
        IntegrityFailure("J3", .headerMissing(text)),
        IntegrityFailure("J4", .contentType(text)), IntegrityFailure("J5", .unknownScheme(text)),
        IntegrityFailure("J6", .unknownAlgorithm(text)), IntegrityFailure("J1", .badShape(shape)),
        IntegrityFailure("X9", .profile(CertificateViolation(rule: .leafKey, position: 0))),
        CertificateError.duplicateExtension(text), CertificateError.malformed(.truncated),
        CertificateError.noCertificate, CertificateError.malformedPEM,
        TimestampTokenError.hash(text), TimestampTokenError.otherImprint,
        TimestampTokenError.certificate(position: 0, .duplicateExtension(text)),
        TimestampTokenError.criticalExtension(text), TimestampTokenError.digestAlgorithm(text),
        TimestampTokenError.signatureAlgorithm(text), TimestampTokenError.untrusted(subject: text),
        TimestampTokenError.outsideValidity(time, subject: text, notBefore: time, notAfter: time),
        TimestampTokenError.signedOutsideValidity(
            time, subject: text, notBefore: time, notAfter: time),
        TimestampTokenError.missing(.messageDigest),
        TimestampTokenError.profile(CertificateViolation(rule: .leafKey, position: 0)),
    ]

    static let trust: [any Error] = [
        TrustPolicyError.unsupportedVersion(text), TrustPolicyError.duplicateName(text),
        TrustPolicyError.duplicateScope(text), TrustPolicyError.secondGlobalPolicy(name: text),
        TrustPolicyError.statement(name: text, .unknownLevel(text)),
        TrustPolicyFault.unknownValidation(text), TrustPolicyFault.unknownAction(.expiry, text),
        TrustPolicyFault.unknownVerifyTimestamp(text), TrustPolicyFault.malformedTrustStore(text),
        TrustPolicyFault.malformedScope(text), TrustPolicyFault.skipOfEverything,
        TrustPolicyFault.identities(.withoutPrefix(text)), TrustedIdentityError.overlap(text, text),
        TrustedIdentityError.subject(text, .unknownType(text)), SubjectPatternError.tooLong,
        RegistryScopeError.malformed(text), TrustedCertificatesError.notARoot(fingerprint: text),
        TrustStoreFault.notAFile(name: text), TrustStoreFault.unreadable(name: text, .malformedPEM),
        TrustCapsuleError.unsupportedVersion(text), TrustCapsuleError.unknownCriticalMember(text),
        TrustCapsuleError.unexpectedPolicy(name: text), TrustCapsuleError.notCanonical,
        TrustCapsuleError.policy(name: text, .noStatements),
        TrustCapsuleError.unexpectedTrustStore(name: text),
        ConfigurationError.noHome(path: text),
        ConfigurationError.noPolicy(home: text, names: [text]),
        ConfigurationError.policy(path: text, .noStatements), TrustStoreRefusal.fileName(text),
        TrustStoreRefusal.unreadable(path: text, .noCertificate),
        TrustStoreRefusal.unfit(name: text, .tsa, .notARoot(fingerprint: text)),
        TrustExportError.ontoHome(path: text),
        ConfigurationError.trustStoreName(path: text),
        ConfigurationError.unsupportedVersion(path: text, text),
        ConfigurationError.siteName(path: text, text),
        ConfigurationError.peer(path: text, .repository(text)), PeerError.foreignIdentity(text),
        PeerError.permission(text), PeerError.missingAnchor(fingerprint: text),
        PeerError.wrongAnchor(fingerprint: text), PeerError.anchors(.none),
        VerificationError.layout(.noSuchReference(text)),
    ]

    static let signing: [any Error] = [
        DevelopmentKeyError.exposed(path: text, owner: 1, mode: 0o644),
        DevelopmentKeyError.keyFile(path: text, .otherForm(label: text)),
        DevelopmentKeyError.noPassphrase(path: text),
        DevelopmentKeyError.chain(path: text, .noLeaf(certificateCount: 0)),
        DevelopmentKeyError.passphrase(path: text, .pinEmpty),
        DevelopmentKeyError.certificates(path: text, .duplicateExtension(text)),
        DevelopmentKeyError.keyDoesNotMatchChain(path: text, certificate: text),
        ConfigurationError.noSigningKeys(paths: [text]),
        ConfigurationError.noDefaultSigningKey(path: text),
        ConfigurationError.noSigningKey(path: text, name: text, present: [text]),
        SigningListError.shape(.unknownMember(path: text)),
        AuditReadingError.noState(path: text), AuditReadingError.noRecord(path: text),
    ]

    static let sending: [any Error] = [
        SendingError.targetExists(path: text), SendingError.badTarget(path: text),
        ExportListError.shape(shape), ScopeMapError.shape(shape), ScopeMapError.twice(text),
        SiteError.noName(homePath: text), SiteError.severalLayouts([text, text]),
        PeerEnrolmentError.severalAnchors(path: text, count: 2),
        PeerEnrolmentError.fingerprint(path: text, expected: text, actual: "00"),
        PeerEnrolmentError.fingerprintNotConfirmed(path: text),
    ]

    static let receiving: [any Error] = [
        ReceivingError.notHeld(layoutPath: text, []), ReceivingError.quarantineUnreadable(text),
        ReceivingError.touched(digest), ReceivingError.unneeded([.gap, .late]),
        ReceivingError.scanner(.unknownUser(text)), ProcessError.notAnotherUser(text),
        ProcessError.mayNotBecome(text, .notPermitted),
        ProcessError.notExecutable(path: text, .noSuchFileOrDirectory),
        ProcessError.system(call: "fork", .noMemory), ScannerSettingsError.command,
        ScannerSettingsError.timeLimit(text), ScannerSettingsError.status(-1),
        ScannerSettingsError.noStatus,
    ]

    static let state: [any Error] = [
        StateError.damaged(path: text), StateError.exposed(path: text),
        StateError.clockBehind(
            now: Timestamp(seconds: 0), ClockFloor(time: Timestamp(seconds: 9), witness: text)),
        StateError.unknownVersion(path: text, 2),
        StateError.tooMany(text, limit: 1), StateError.badPartName(text),
        LayoutChangeError.audit(.damaged(path: text)), AuditError.file(missing),
        AuditError.recordTooLong(byteCount: 1), BundleFormatError.unsupportedVersion(text),
        BundleFormatError.unknownCriticalMember(text),
        ChainRefusal.late(useBy: time, now: time), ChainRefusal.gap(missing: [1, 2]),
        ChainRefusal.fork(sequence: 1), ChainRefusal.rollback(sequence: 1, taken: 2),
    ]

    static let findings: [Finding] = [
        .unknownFormat(mediaType: text), .pluginMissing(name: text), .trusted(anchor: text),
        .untrustedChain(root: text), .otherIdentity(subject: text),
        .signedInFuture(time),
        .invalidAt(time, subject: text, notBefore: time, notAfter: time),
        .revocationUnknown(subject: text, [.noSource]), .metadataMissing(name: text),
        .otherPayload(mediaType: text, digest: digest, size: 1), .otherMetadata(name: text),
        .malformedManifest(.mediaType(text)),
        .unreadable(digest, .document(name: text, .json(.notUTF8))),
        .intact, .notAsked, .timestampRefused(.untrusted(subject: text)), .timestampInFuture(time),
        .timestampOutsideValidity(
            from: time, to: time, subject: text, notBefore: time, notAfter: time),
        .timestamped(from: time, to: time),
    ]
}
