import BundleFormat
import Configuration
import Encodings
import Trust

/// The repositories that the images of a bundle claim, each found to be one for which the origin
/// may speak.
struct RootClaims {
    /// In the order of the images.
    let scopes: [RegistryScope]

    init(_ inventory: Inventory, by peer: Peer) throws(Stop) {
        var scopes: [RegistryScope] = []
        var foreign: [Inventory.Root] = []
        for root in inventory.roots {
            let scope: RegistryScope
            do throws(RegistryScopeError) { scope = try RegistryScope(root.repository) } catch {
                throw .malformed(.repository(root.repository, name: root.name))
            }
            // Under a full name the image will be loaded as that repository's.
            if let name = root.name, let named = RegistryScope(imageName: name), named != scope {
                throw .malformed(.repository(root.repository, name: name))
            }
            if !peer.maySpeak(for: scope) { foreign.append(root) }
            scopes.append(scope)
        }
        guard foreign.isEmpty else { throw .refused(.repositoryNotAllowed(foreign)) }
        self.scopes = scopes
    }
}
