// swift-tools-version: 6.2
import PackageDescription

// Built with `--sanitize=fuzzer`, which brings libFuzzer and its main: `make fuzz` in the project.
let package = Package(
    name: "airseal-fuzz",
    dependencies: [.package(name: "airseal", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [.product(name: "AirsealReaders", package: "airseal")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .treatAllWarnings(as: .error),
                .unsafeFlags(["-parse-as-library"]),
            ])
    ]
)
