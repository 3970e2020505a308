import Encodings
import Files
import State
import UseCases

extension Scenario {
    // MARK: state export, state import

    static let states = [
        Scenario(
            "state export", on: World.low, second: .succeeds, prepare: sent,
            between: { $0.records["low state-export"] = nil },
            act: { world, site in
                _ = try site.exportState(to: world.path("low/backup.tar"), replacing: true)
            }),
        Scenario(
            "state import", on: World.low, second: .succeeds,
            prepare: { world in
                try sent(world)
                let low = world.site(World.low)
                _ = try low.exportState(to: world.path("low/backup.tar"), replacing: false)
                _ = try low.clockStatus()
            },
            act: { world, site in
                var request = StateImportRequest(world.path("low/backup.tar"))
                request.isReplacing = true
                request.reason = "lost"
                _ = try site.importState(request)
            }),
    ]

    @Sendable private static func sent(_ world: World) throws {
        try signed(world)
        try export("low/layout", to: "media/bundle.tar", world, world.site(World.low))
    }
}
