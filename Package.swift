// swift-tools-version: 6.2
import PackageDescription

// One set of rules for every Swift target: docs/hacking.md says why each is here.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, swiftSettings: strict)
}

// The floors of docs/architecture.md, lowest first. A module names only modules above it in this
// list; `make lint` compares every import with the table.
let package = Package(
    name: "airseal",
    products: [.executable(name: "airseal", targets: ["airseal"])],
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
        // Floor 1
        module("Encodings", []),
        module("Files", ["CPlatform", "Encodings", systemPackage]),
        // Floor 2
        module("Cryptography", ["COpenSSL", "Encodings"]),
        module("Archive", ["CArchive", "Encodings", "Files"]),
        // Floor 3
        module("OCI", ["Encodings"]),
        module("X509", ["COpenSSL", "Cryptography", "Encodings"]),
        // Floor 4
        module("Notary", ["Cryptography", "Encodings", "OCI", "X509"]),
        module(
            "OCILayout",
            ["Archive", "Cryptography", "Encodings", "Files", "OCI", systemPackage]),
        // Floor 5
        module("Trust", ["Cryptography", "Encodings", "X509"]),
        // Floor 6
        module("Configuration", ["Encodings", "Files", "Trust", "X509", systemPackage]),
        module(
            "Verification",
            ["Cryptography", "Encodings", "Notary", "OCI", "OCILayout", "Trust", "X509"]),
        // Floor 9
        .executableTarget(name: "airseal", dependencies: [argumentParser], swiftSettings: strict),
        // Tests, one target per module
        tests("EncodingsTests", ["Encodings"]),
        tests("FilesTests", ["Files"]),
        tests("TrustTests", ["Cryptography", "Encodings", "TestSupport", "Trust", "X509"]),
        tests("CryptographyTests", ["Cryptography", "Encodings", "TestSupport"]),
        tests("X509Tests", ["Cryptography", "Encodings", "TestSupport", "X509"]),
        tests(
            "NotaryTests",
            [
                "Cryptography", "Encodings", "Notary", "OCI", "TestSupport", "X509", subprocess,
                systemPackage,
            ]),
        // What several test targets share; nothing in Sources names it.
        .target(
            name: "TestSupport",
            dependencies: ["COpenSSL", "Cryptography", "Encodings", "Notary", "X509"],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests(
            "ConfigurationTests",
            [
                "Configuration", "Cryptography", "Encodings", "Files", "TestSupport", "Trust",
                "X509", systemPackage,
            ]),
        .testTarget(
            name: "VerificationTests",
            dependencies: [
                "Configuration", "Cryptography", "Encodings", "Files", "Notary", "OCI",
                "OCILayout", "TestSupport", "Trust", "Verification", "X509",
            ], exclude: ["exceptions.json"], swiftSettings: strict),
        tests("ArchiveTests", ["Archive", "Files", subprocess, systemPackage]),
        tests("OCITests", ["Encodings", "OCI"]),
        tests(
            "OCILayoutTests",
            [
                "Archive", "Cryptography", "Encodings", "Files", "OCI", "OCILayout", subprocess,
                systemPackage,
            ]),
    ]
)
