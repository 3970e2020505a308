import Encodings
import Trust
import X509

/// The tests of NIST's suite by their numbers: the certification path, and what must become of it. That a
/// path is valid or not is NIST's verdict, with which the name of its first file begins; why one is not
/// is said in our terms.
///
/// - SeeAlso: NIST, "Public Key Interoperability Test Suite (PKITS): Certification Path Validation",
///   version 1.0.1; the data of 2011, as the package cryptography_vectors carries it.
enum PKITS {
    /// How many tests each section has that applies. The others are about what Airseal does not look
    /// at (rules X17 and X18): 4.5 keys that are rolled over by certificates that an authority issues
    /// to itself, 4.8 to 4.12 policies, 4.13 name constraints, 4.16 private extensions.
    static let sections = [
        ("4.1", 6), ("4.2", 8), ("4.3", 11), ("4.4", 21), ("4.6", 17), ("4.7", 5), ("4.14", 35),
        ("4.15", 10),
    ]

    /// The lists that are not read, and why: the document says only that the signature of this one is
    /// wrong, and what stands there is no BIT STRING in DER.
    static let unreadableLists: [String: RevocationListError] = [
        "BadCRLSignatureCACRL": .malformed(.badValue(tag: 3))
    ]

    /// Tests that are not run, and why.
    static let leftOut = [
        "4.1.4": "no signature with DSA is taken (X6)",
        "4.1.5": "no signature with DSA is taken (X6)",
        "4.1.6": "no signature with DSA is taken (X6)",
        "4.4.19": "lists are signed by the key that signed the certificate, and no other",
        "4.4.20": "lists are signed by the key that signed the certificate, and no other",
        "4.4.21": "lists are signed by the key that signed the certificate, and no other",
    ]

    /// Tests whose verdict is NIST's.
    static let paths = [
        Path("4.1.1", "ValidCertificatePathTest1EE", "GoodCACert", is: .valid),
        Path(
            "4.1.2", "InvalidCASignatureTest2EE", "BadSignedCACert",
            is: .breaks(.eachIsIssuedByNext, 1)),
        Path(
            "4.1.3", "InvalidEESignatureTest3EE", "GoodCACert", is: .breaks(.eachIsIssuedByNext, 0)),
        Path(
            "4.2.1", "InvalidCAnotBeforeDateTest1EE", "BadnotBeforeDateCACert",
            is: .outsideValidity(1)),
        Path("4.2.2", "InvalidEEnotBeforeDateTest2EE", "GoodCACert", is: .outsideValidity(0)),
        Path("4.2.3", "Validpre2000UTCnotBeforeDateTest3EE", "GoodCACert", is: .valid),
        Path("4.2.4", "ValidGeneralizedTimenotBeforeDateTest4EE", "GoodCACert", is: .valid),
        Path(
            "4.2.5", "InvalidCAnotAfterDateTest5EE", "BadnotAfterDateCACert",
            is: .outsideValidity(1)),
        Path("4.2.6", "InvalidEEnotAfterDateTest6EE", "GoodCACert", is: .outsideValidity(0)),
        Path(
            "4.2.7", "Invalidpre2000UTCEEnotAfterDateTest7EE", "GoodCACert", is: .outsideValidity(0)
        ),
        Path("4.2.8", "ValidGeneralizedTimenotAfterDateTest8EE", "GoodCACert", is: .valid),
        Path(
            "4.3.1", "InvalidNameChainingTest1EE", "GoodCACert", is: .breaks(.eachIsIssuedByNext, 0)
        ),
        Path(
            "4.3.2", "InvalidNameChainingOrderTest2EE", "NameOrderingCACert",
            is: .breaks(.eachIsIssuedByNext, 0)),
        Path("4.3.6", "ValidNameUIDsTest6EE", "UIDCACert", is: .valid),
        Path(
            "4.3.7", "ValidRFC3280MandatoryAttributeTypesTest7EE",
            "RFC3280MandatoryAttributeTypesCACert", is: .valid),
        Path(
            "4.3.8", "ValidRFC3280OptionalAttributeTypesTest8EE",
            "RFC3280OptionalAttributeTypesCACert", is: .valid),
        Path(
            "4.3.9", "ValidUTF8StringEncodedNamesTest9EE", "UTF8StringEncodedNamesCACert",
            is: .valid),
        Path("4.4.1", "InvalidMissingCRLTest1EE", "NoCRLCACert", is: .unknown(0, nil)),
        Path(
            "4.4.2", "InvalidRevokedCATest2EE", "RevokedsubCACert", "GoodCACert",
            is: .revoked(1, .keyCompromise)),
        Path("4.4.3", "InvalidRevokedEETest3EE", "GoodCACert", is: .revoked(0, .keyCompromise)),
        Path(
            "4.4.4", "InvalidBadCRLSignatureTest4EE", "BadCRLSignatureCACert", is: .unknown(0, nil)),
        Path(
            "4.4.5", "InvalidBadCRLIssuerNameTest5EE", "BadCRLIssuerNameCACert",
            is: .unknown(0, nil)),
        Path("4.4.6", "InvalidWrongCRLTest6EE", "WrongCRLCACert", is: .unknown(0, nil)),
        Path("4.4.7", "ValidTwoCRLsTest7EE", "TwoCRLsCACert", is: .valid),
        Path(
            "4.4.8", "InvalidUnknownCRLEntryExtensionTest8EE", "UnknownCRLEntryExtensionCACert",
            is: .unknown(0, .unknownCriticalEntryExtensions(["2.16.840.1.101.2.1.12.2"]))),
        Path(
            "4.4.9", "InvalidUnknownCRLExtensionTest9EE", "UnknownCRLExtensionCACert",
            is: .unknown(0, .unknownCriticalExtensions(["2.16.840.1.101.2.1.12.2"]))),
        Path(
            "4.4.10", "InvalidUnknownCRLExtensionTest10EE", "UnknownCRLExtensionCACert",
            is: .unknown(0, .unknownCriticalExtensions(["2.16.840.1.101.2.1.12.2"]))),
        Path(
            "4.4.11", "InvalidOldCRLnextUpdateTest11EE", "OldCRLnextUpdateCACert",
            is: .unknown(0, .expired(since: date("2010-01-02T08:30:00Z")))),
        Path(
            "4.4.12", "Invalidpre2000CRLnextUpdateTest12EE", "pre2000CRLnextUpdateCACert",
            is: .unknown(0, .expired(since: date("1999-01-01T12:01:00Z")))),
        Path(
            "4.4.13", "ValidGeneralizedTimeCRLnextUpdateTest13EE",
            "GeneralizedTimeCRLnextUpdateCACert", is: .valid),
        Path(
            "4.4.14", "ValidNegativeSerialNumberTest14EE", "NegativeSerialNumberCACert", is: .valid),
        Path("4.4.16", "ValidLongSerialNumberTest16EE", "LongSerialNumberCACert", is: .valid),
        Path("4.4.17", "ValidLongSerialNumberTest17EE", "LongSerialNumberCACert", is: .valid),
        Path(
            "4.4.18", "InvalidLongSerialNumberTest18EE", "LongSerialNumberCACert",
            is: .revoked(0, .keyCompromise)),
        Path(
            "4.6.1", "InvalidMissingbasicConstraintsTest1EE", "MissingbasicConstraintsCACert",
            is: .breaks(.authorityBasicConstraints, 1)),
        Path(
            "4.6.2", "InvalidcAFalseTest2EE", "basicConstraintsCriticalcAFalseCACert",
            is: .breaks(.authorityBasicConstraints, 1)),
        Path(
            "4.6.3", "InvalidcAFalseTest3EE", "basicConstraintsNotCriticalcAFalseCACert",
            is: .breaks(.authorityBasicConstraints, 1)),
        Path(
            "4.6.4", "ValidbasicConstraintsNotCriticalTest4EE", "basicConstraintsNotCriticalCACert",
            is: .valid),
        Path(
            "4.6.5", "InvalidpathLenConstraintTest5EE", "pathLenConstraint0subCACert",
            "pathLenConstraint0CACert", is: .breaks(.pathLength, 2)),
        Path(
            "4.6.6", "InvalidpathLenConstraintTest6EE", "pathLenConstraint0subCACert",
            "pathLenConstraint0CACert", is: .breaks(.pathLength, 2)),
        Path("4.6.7", "ValidpathLenConstraintTest7EE", "pathLenConstraint0CACert", is: .valid),
        Path("4.6.8", "ValidpathLenConstraintTest8EE", "pathLenConstraint0CACert", is: .valid),
        Path(
            "4.6.9", "InvalidpathLenConstraintTest9EE", "pathLenConstraint6subsubCA00Cert",
            "pathLenConstraint6subCA0Cert", "pathLenConstraint6CACert", is: .breaks(.pathLength, 2)),
        Path(
            "4.6.10", "InvalidpathLenConstraintTest10EE", "pathLenConstraint6subsubCA00Cert",
            "pathLenConstraint6subCA0Cert", "pathLenConstraint6CACert", is: .breaks(.pathLength, 2)),
        Path(
            "4.6.11", "InvalidpathLenConstraintTest11EE", "pathLenConstraint6subsubsubCA11XCert",
            "pathLenConstraint6subsubCA11Cert", "pathLenConstraint6subCA1Cert",
            "pathLenConstraint6CACert", is: .breaks(.pathLength, 3)),
        Path(
            "4.6.12", "InvalidpathLenConstraintTest12EE", "pathLenConstraint6subsubsubCA11XCert",
            "pathLenConstraint6subsubCA11Cert", "pathLenConstraint6subCA1Cert",
            "pathLenConstraint6CACert", is: .breaks(.pathLength, 3)),
        Path(
            "4.6.13", "ValidpathLenConstraintTest13EE", "pathLenConstraint6subsubsubCA41XCert",
            "pathLenConstraint6subsubCA41Cert", "pathLenConstraint6subCA4Cert",
            "pathLenConstraint6CACert", is: .valid),
        Path(
            "4.6.14", "ValidpathLenConstraintTest14EE", "pathLenConstraint6subsubsubCA41XCert",
            "pathLenConstraint6subsubCA41Cert", "pathLenConstraint6subCA4Cert",
            "pathLenConstraint6CACert", is: .valid),
        Path(
            "4.6.16", "InvalidSelfIssuedpathLenConstraintTest16EE", "pathLenConstraint0subCA2Cert",
            "pathLenConstraint0SelfIssuedCACert", "pathLenConstraint0CACert",
            is: .breaks(.pathLength, 3)),
        Path(
            "4.7.1", "InvalidkeyUsageCriticalkeyCertSignFalseTest1EE",
            "keyUsageCriticalkeyCertSignFalseCACert", is: .breaks(.authorityKeyUsage, 1)),
        Path(
            "4.7.2", "InvalidkeyUsageNotCriticalkeyCertSignFalseTest2EE",
            "keyUsageNotCriticalkeyCertSignFalseCACert", is: .breaks(.authorityKeyUsage, 1)),
        Path("4.7.3", "ValidkeyUsageNotCriticalTest3EE", "keyUsageNotCriticalCACert", is: .valid),
        Path(
            "4.7.4", "InvalidkeyUsageCriticalcRLSignFalseTest4EE",
            "keyUsageCriticalcRLSignFalseCACert", is: .unknown(0, .issuerMayNotSign)),
        Path(
            "4.7.5", "InvalidkeyUsageNotCriticalcRLSignFalseTest5EE",
            "keyUsageNotCriticalcRLSignFalseCACert", is: .unknown(0, .issuerMayNotSign)),
        Path("4.14.1", "ValiddistributionPointTest1EE", "distributionPoint1CACert", is: .valid),
        Path(
            "4.14.2", "InvaliddistributionPointTest2EE", "distributionPoint1CACert",
            is: .revoked(0, .keyCompromise)),
        Path(
            "4.14.3", "InvaliddistributionPointTest3EE", "distributionPoint1CACert",
            is: .unknown(0, nil)),
        Path("4.14.4", "ValiddistributionPointTest4EE", "distributionPoint1CACert", is: .valid),
        Path("4.14.5", "ValiddistributionPointTest5EE", "distributionPoint2CACert", is: .valid),
        Path(
            "4.14.6", "InvaliddistributionPointTest6EE", "distributionPoint2CACert",
            is: .revoked(0, .keyCompromise)),
        Path("4.14.7", "ValiddistributionPointTest7EE", "distributionPoint2CACert", is: .valid),
        Path(
            "4.14.8", "InvaliddistributionPointTest8EE", "distributionPoint2CACert",
            is: .unknown(0, nil)),
        Path(
            "4.14.9", "InvaliddistributionPointTest9EE", "distributionPoint2CACert",
            is: .unknown(0, nil)),
        Path(
            "4.14.10", "ValidNoissuingDistributionPointTest10EE",
            "NoissuingDistributionPointCACert", is: .valid),
        Path(
            "4.14.11", "InvalidonlyContainsUserCertsTest11EE", "onlyContainsUserCertsCACert",
            is: .unknown(0, nil)),
        Path(
            "4.14.12", "InvalidonlyContainsCACertsTest12EE", "onlyContainsCACertsCACert",
            is: .unknown(0, nil)),
        Path(
            "4.14.13", "ValidonlyContainsCACertsTest13EE", "onlyContainsCACertsCACert", is: .valid),
        Path(
            "4.14.14", "InvalidonlyContainsAttributeCertsTest14EE",
            "onlyContainsAttributeCertsCACert", is: .unknown(0, nil)),
        Path(
            "4.14.15", "InvalidonlySomeReasonsTest15EE", "onlySomeReasonsCA1Cert",
            is: .revoked(0, .keyCompromise)),
        Path(
            "4.14.16", "InvalidonlySomeReasonsTest16EE", "onlySomeReasonsCA1Cert",
            is: .revoked(0, .certificateHold)),
        Path(
            "4.14.17", "InvalidonlySomeReasonsTest17EE", "onlySomeReasonsCA2Cert",
            is: .unknown(0, nil)),
        Path("4.14.18", "ValidonlySomeReasonsTest18EE", "onlySomeReasonsCA3Cert", is: .valid),
        Path("4.14.19", "ValidonlySomeReasonsTest19EE", "onlySomeReasonsCA4Cert", is: .valid),
        Path(
            "4.14.20", "InvalidonlySomeReasonsTest20EE", "onlySomeReasonsCA4Cert",
            is: .revoked(0, .keyCompromise)),
        Path(
            "4.14.21", "InvalidonlySomeReasonsTest21EE", "onlySomeReasonsCA4Cert",
            is: .revoked(0, .affiliationChanged)),
        Path(
            "4.15.1", "InvaliddeltaCRLIndicatorNoBaseTest1EE", "deltaCRLIndicatorNoBaseCACert",
            is: .unknown(0, nil)),
        Path("4.15.2", "ValiddeltaCRLTest2EE", "deltaCRLCA1Cert", is: .valid),
        Path(
            "4.15.3", "InvaliddeltaCRLTest3EE", "deltaCRLCA1Cert", is: .revoked(0, .keyCompromise)),
        Path(
            "4.15.4", "InvaliddeltaCRLTest4EE", "deltaCRLCA1Cert", is: .revoked(0, .keyCompromise)),
        Path("4.15.5", "ValiddeltaCRLTest5EE", "deltaCRLCA1Cert", is: .valid),
        Path(
            "4.15.6", "InvaliddeltaCRLTest6EE", "deltaCRLCA1Cert", is: .revoked(0, .keyCompromise)),
        Path("4.15.7", "ValiddeltaCRLTest7EE", "deltaCRLCA1Cert", is: .valid),
        Path("4.15.8", "ValiddeltaCRLTest8EE", "deltaCRLCA2Cert", is: .valid),
        Path(
            "4.15.9", "InvaliddeltaCRLTest9EE", "deltaCRLCA2Cert", is: .revoked(0, .keyCompromise)),
        Path(
            "4.15.10", "InvaliddeltaCRLTest10EE", "deltaCRLCA3Cert",
            is: .unknown(0, .expired(since: date("2010-06-01T08:30:00Z")))),
    ]

    /// Tests of which Airseal refuses every path, valid or not, and why.
    static let departures = [
        // Names are equal by their bytes here, as notation has it: no folding of case, blanks or string types.
        Path(
            "4.3.3", "ValidNameChainingWhitespaceTest3EE", "GoodCACert",
            is: .breaks(.eachIsIssuedByNext, 0)),
        Path(
            "4.3.4", "ValidNameChainingWhitespaceTest4EE", "GoodCACert",
            is: .breaks(.eachIsIssuedByNext, 0)),
        Path(
            "4.3.5", "ValidNameChainingCapitalizationTest5EE", "GoodCACert",
            is: .breaks(.eachIsIssuedByNext, 0)),
        Path(
            "4.3.10", "ValidRolloverfromPrintableStringtoUTF8StringTest10EE",
            "RolloverfromPrintableStringtoUTF8StringCACert", is: .breaks(.eachIsIssuedByNext, 0)),
        Path(
            "4.3.11", "ValidUTF8StringCaseInsensitiveMatchTest11EE",
            "UTF8StringCaseInsensitiveMatchCACert", is: .breaks(.eachIsIssuedByNext, 0)),
        // RFC 5280 section 4.1.2.2 has serial numbers positive: no certificate with another is read.
        Path(
            "4.4.15", "InvalidNegativeSerialNumberTest15EE", "NegativeSerialNumberCACert",
            is: .unreadable(0, .serialNumber)),
        // Every authority counts for a path length, as in notation, though it issued itself.
        Path(
            "4.6.15", "ValidSelfIssuedpathLenConstraintTest15EE",
            "pathLenConstraint0SelfIssuedCACert", "pathLenConstraint0CACert",
            is: .breaks(.pathLength, 2)),
        Path(
            "4.6.17", "ValidSelfIssuedpathLenConstraintTest17EE",
            "pathLenConstraint1SelfIssuedsubCACert", "pathLenConstraint1subCACert",
            "pathLenConstraint1SelfIssuedCACert", "pathLenConstraint1CACert",
            is: .breaks(.pathLength, 4)),
        // Lists of one issuer about the certificates of another count for nothing (O3).
        Path(
            "4.14.22", "ValidIDPwithindirectCRLTest22EE", "indirectCRLCA1Cert",
            is: .unknown(0, .indirect)),
        Path(
            "4.14.23", "InvalidIDPwithindirectCRLTest23EE", "indirectCRLCA1Cert",
            is: .unknown(0, .indirect)),
        Path(
            "4.14.24", "ValidIDPwithindirectCRLTest24EE", "indirectCRLCA2Cert", is: .unknown(0, nil)
        ),
        Path(
            "4.14.25", "ValidIDPwithindirectCRLTest25EE", "indirectCRLCA2Cert", is: .unknown(0, nil)
        ),
        Path(
            "4.14.26", "InvalidIDPwithindirectCRLTest26EE", "indirectCRLCA2Cert",
            is: .unknown(0, nil)),
        Path("4.14.27", "InvalidcRLIssuerTest27EE", "indirectCRLCA2Cert", is: .unknown(0, nil)),
        Path("4.14.28", "ValidcRLIssuerTest28EE", "indirectCRLCA3Cert", is: .unknown(0, nil)),
        Path("4.14.29", "ValidcRLIssuerTest29EE", "indirectCRLCA3Cert", is: .unknown(0, nil)),
        Path("4.14.30", "ValidcRLIssuerTest30EE", "indirectCRLCA4Cert", is: .unknown(0, nil)),
        Path("4.14.31", "InvalidcRLIssuerTest31EE", "indirectCRLCA6Cert", is: .unknown(0, nil)),
        Path("4.14.32", "InvalidcRLIssuerTest32EE", "indirectCRLCA6Cert", is: .unknown(0, nil)),
        Path("4.14.33", "ValidcRLIssuerTest33EE", "indirectCRLCA6Cert", is: .unknown(0, nil)),
        Path(
            "4.14.34", "InvalidcRLIssuerTest34EE", "indirectCRLCA5Cert", is: .unknown(0, .indirect)),
        Path(
            "4.14.35", "InvalidcRLIssuerTest35EE", "indirectCRLCA5Cert", is: .unknown(0, .indirect)),
    ]

    private static func date(_ text: String) -> Timestamp {
        Timestamp(rfc3339: text) ?? Timestamp(seconds: 0)
    }
}
