import Configuration
import Testing

@Suite struct `Default folders` {
    static let environment = [
        "AIRSEAL_HOME": "/var/h", "AIRSEAL_STATE": "/var/s", "XDG_CONFIG_HOME": "/xdg/c",
        "XDG_STATE_HOME": "/xdg/s", "HOME": "/home/u",
    ]

    static func without(_ names: String...) -> [String: String] {
        environment.filter { !names.contains($0.key) }
    }

    static let homes: [(String?, [String: String], [String], String)] = [
        ("given", environment, ["/xdg/c/airseal"], "given"),
        (nil, environment, ["/xdg/c/airseal"], "/var/h"),
        (nil, without("AIRSEAL_HOME"), ["/xdg/c/airseal", "/etc/airseal"], "/xdg/c/airseal"),
        (nil, without("AIRSEAL_HOME"), [], "/etc/airseal"),
        (
            nil, without("AIRSEAL_HOME", "XDG_CONFIG_HOME"), ["/home/u/.config/airseal"],
            "/home/u/.config/airseal"
        ),
        (nil, ["AIRSEAL_HOME": "", "HOME": ""], [""], "/etc/airseal"),
        (
            nil, ["XDG_CONFIG_HOME": "relative", "HOME": "/home/u"], ["relative/airseal"],
            "/etc/airseal"
        ),
        (nil, [:], [], "/etc/airseal"),
    ]

    @Test(arguments: homes)
    func `of configuration: named, else own variable, else the user's, else the system's`(
        _ named: String?, _ environment: [String: String], _ folders: [String], _ path: String
    ) {
        let found = DefaultFolder.home.path(named: named, environment: environment) {
            folders.contains($0)
        }
        #expect(found == path)
    }

    @Test func `of state: as of configuration, in its own places`() {
        func path(_ environment: [String: String], _ folders: [String]) -> String {
            DefaultFolder.state.path(named: nil, environment: environment) { folders.contains($0) }
        }
        #expect(path(Self.environment, []) == "/var/s")
        #expect(path(Self.without("AIRSEAL_STATE"), ["/xdg/s/airseal"]) == "/xdg/s/airseal")
        #expect(
            path(["HOME": "/home/u"], ["/home/u/.local/state/airseal"])
                == "/home/u/.local/state/airseal")
        #expect(path(["HOME": "/home/u"], []) == "/var/lib/airseal")
    }
}
