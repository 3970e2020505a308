// swift-tools-version: 6.2
import PackageDescription

// One set of rules for every Swift target: docs/hacking.md says why each is here.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

// What ships marks each unsafe call where it stands. A test that calls C is no place to hide one.
let strictest: [SwiftSetting] = strict + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strictest)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

// The floors of docs/architecture.md, lowest first. A module names only modules above it in this
// list; `make lint` compares every import with the table.
let package = Package(
    name: "airseal",
    products: [
        .executable(name: "airseal", targets: ["airseal"]),
        // What reads bytes from media, for the nested package Fuzz.
        .library(
            name: "AirsealReaders",
            targets: [
                "Archive", "BundleFormat", "Encodings", "Files", "Notary", "OCI", "OCILayout",
                "PKCS11", "Trust", "X509",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // Floor 0
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive"),
        .systemLibrary(name: "CP11Kit", pkgConfig: "p11-kit-1"),
        .systemLibrary(name: "CPlatform"),
        .systemLibrary(name: "CProcess"),
        // Floor 1
        module("Encodings", []),
        // Floor 2
        module("Files", ["CPlatform", "Encodings", systemPackage]),
        // Floor 3
        module("Cryptography", ["COpenSSL", "Encodings"]),
        module("PKCS11", ["CP11Kit", "CPlatform", "Encodings", "Files", systemPackage]),
        module("Archive", ["CArchive", "Encodings", "Files"]),
        module("Processes", ["CProcess", "Files", systemPackage]),
        // Floor 4
        module("OCI", ["Encodings"]),
        module("X509", ["COpenSSL", "Cryptography", "Encodings"]),
        // Floor 5
        module(
            "OCILayout",
            ["Archive", "Cryptography", "Encodings", "Files", "OCI", systemPackage]),
        module("Notary", ["Cryptography", "Encodings", "OCI", "X509"]),
        module("Audit", ["Cryptography", "Encodings", "Files"]),
        // Floor 6
        module("Trust", ["Cryptography", "Encodings", "X509"]),
        module(
            "State",
            ["Archive", "Audit", "Cryptography", "Encodings", "Files", "OCI", "OCILayout"]),
        module("BundleFormat", ["Encodings", "OCI"]),
        // Floor 7
        module(
            "Configuration",
            ["Cryptography", "Encodings", "Files", "Trust", "X509", systemPackage]),
        module(
            "Signing", ["Cryptography", "Encodings", "Files", "Notary", "PKCS11", "X509"]),
        module(
            "Verification",
            [
                "Cryptography", "Encodings", "Notary", "OCI", "OCILayout", "State", "Trust", "X509",
            ]),
        // Floor 8
        module(
            "Sending",
            [
                "Archive", "Audit", "BundleFormat", "Cryptography", "Encodings", "Files", "Notary",
                "OCI", "OCILayout", "State", "Trust", "X509", systemPackage,
            ]),
        module(
            "Receiving",
            [
                "Archive", "Audit", "BundleFormat", "Configuration", "Cryptography", "Encodings",
                "Files", "Notary", "OCI", "OCILayout", "Processes", "State", "Trust",
                "Verification", "X509", systemPackage,
            ]),
        // Floor 9
        module(
            "UseCases",
            [
                "Archive", "Audit", "BundleFormat", "Configuration", "Cryptography", "Encodings",
                "Files", "Notary", "OCI", "OCILayout", "PKCS11", "Processes", "Receiving",
                "Sending", "Signing", "State", "Trust", "Verification", "X509", systemPackage,
            ]),
        // Floor 10
        .executableTarget(
            name: "airseal",
            dependencies: [
                "Archive", "Audit", "BundleFormat", "CPlatform", "Configuration", "Cryptography",
                "Encodings", "Files", "Notary", "OCI", "OCILayout", "PKCS11", "Processes",
                "Receiving", "Sending", "Signing", "State", "Trust", "UseCases", "Verification",
                "X509",
                argumentParser, systemPackage,
            ],
            swiftSettings: strictest),
        // What several test targets share; nothing in Sources names it.
        .target(
            name: "TestSupport",
            dependencies: [
                "COpenSSL", "Cryptography", "Encodings", "Files", "Notary", "X509", subprocess,
                systemPackage,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "TestTokens", path: "Tests/TestTokens", swiftSettings: strict),
        // Tests, one target per module
        tests("ArchitectureTests", ["Files"]),
        tests("ArchiveTests", ["Archive", "Files", "TestSupport", subprocess, systemPackage]),
        tests(
            "AuditTests",
            ["Audit", "Encodings", "Files", "TestSupport", "TestTokens", systemPackage]),
        tests("BundleFormatTests", ["BundleFormat", "Encodings", "OCI"]),
        tests(
            "ConfigurationTests",
            [
                "Configuration", "Cryptography", "Encodings", "Files", "TestSupport", "Trust",
                "X509", systemPackage,
            ]),
        // The program as it was built, run the way a person runs it.
        tests(
            "CommandTests",
            ["Encodings", "Files", "TestSupport", "airseal", subprocess, systemPackage]),
        tests("CryptographyTests", ["Cryptography", "Encodings", "TestSupport"]),
        tests("EncodingsTests", ["Encodings"]),
        tests("FilesTests", ["Files", "TestSupport", systemPackage]),
        tests(
            "MutationTests",
            [
                "Cryptography", "Encodings", "Files", "Notary", "OCI", "OCILayout", "TestSupport",
                "Trust", "Verification", "X509",
            ]),
        tests(
            "NotaryTests",
            [
                "Cryptography", "Encodings", "Notary", "OCI", "TestSupport", "X509", subprocess,
                systemPackage,
            ]),
        tests("OCITests", ["Encodings", "OCI"]),
        tests(
            "OCILayoutTests",
            [
                "Archive", "Cryptography", "Encodings", "Files", "OCI", "OCILayout", "TestSupport",
                subprocess, systemPackage,
            ]),
        tests("PKCS11Tests", ["Encodings", "Files", "PKCS11", "TestTokens", systemPackage]),
        tests(
            "ReceivingTests",
            [
                "Archive", "Audit", "BundleFormat", "Configuration", "Cryptography", "Encodings",
                "Files", "Notary", "OCI", "OCILayout", "Receiving", "Sending", "State",
                "TestSupport", "Trust", "Verification", "X509", systemPackage,
            ]),
        // What a crash leaves, at the seam of Files.
        tests(
            "ReliabilityTests",
            [
                "Archive", "Audit", "Configuration", "Encodings", "Files", "Notary", "OCI",
                "OCILayout", "PKCS11", "Receiving", "Sending", "State", "TestSupport", "TestTokens",
                "Trust", "UseCases", "X509", systemPackage,
            ]),
        tests(
            "SentenceTests",
            [
                "Archive", "Audit", "BundleFormat", "Configuration", "Cryptography", "Encodings",
                "Files", "Notary", "OCI", "OCILayout", "PKCS11", "Processes", "Receiving",
                "Sending", "Signing", "State",
                "TestSupport", "Trust", "UseCases", "Verification", "X509", "airseal",
                systemPackage,
            ]),
        tests(
            "StateTests",
            [
                "Audit", "Encodings", "Files", "OCI", "OCILayout", "State", "TestSupport",
                "TestTokens", systemPackage,
            ]),
        tests(
            "TrustTests",
            [
                "Cryptography", "Encodings", "TestSupport", "Trust", "X509", subprocess,
                systemPackage,
            ]),
        .testTarget(
            name: "VerificationTests",
            dependencies: [
                "Configuration", "Cryptography", "Encodings", "Files", "Notary", "OCI",
                "OCILayout", "TestSupport", "Trust", "Verification", "X509",
            ], exclude: ["exceptions.json"], swiftSettings: strict),
        tests("X509Tests", ["Cryptography", "Encodings", "TestSupport", "X509"]),
    ]
)
