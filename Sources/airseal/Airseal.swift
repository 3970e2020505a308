import ArgumentParser

@main
struct Airseal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "airseal", abstract: "Signs container images offline.")
}
