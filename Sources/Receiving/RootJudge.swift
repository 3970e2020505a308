import BundleFormat
import Encodings
import OCI
import OCILayout
import Trust
import Verification

/// Judges the images of a bundle by this site's own policy for the repositories that they claim.
struct RootJudge {
    let trust: TrustConfiguration
    let verifier: Verifier
    let time: VerificationTime
    let content: any LayoutContent
    let graph: LayoutGraph

    /// All of `roots`, in their order.
    func judge(_ roots: [Inventory.Root], _ scopes: [RegistryScope], path: String)
        throws(Stop) -> [JudgedRoot]
    {
        var judged: [JudgedRoot] = []
        for (root, scope) in zip(roots, scopes) {
            let mark = root.name.map { ":\($0)" } ?? "@\(root.descriptor.digest)"
            let report = try judge(root, as: scope, reference: path + mark)
            judged.append(JudgedRoot(root: root, report: report))
        }
        return judged
    }

    private func judge(_ root: Inventory.Root, as scope: RegistryScope, reference: String)
        throws(Stop) -> VerificationReport
    {
        do throws(VerificationError) {
            return try verify(root.descriptor, in: content, as: scope, reference: reference)
        } catch {
            // No policy speaks for the repository: nobody knows whether the image is good.
            guard case .noApplicableStatement = error else { throw .failed(.verification(error)) }
            return VerificationReport(
                unresolved: reference, scope: scope, verdict: .undecided, time: time)
        }
    }

    private func verify(
        _ target: Descriptor, in content: some LayoutContent, as scope: RegistryScope,
        reference: String
    ) throws(VerificationError) -> VerificationReport {
        try verifier.verify(
            ArtifactInLayout(
                reference: reference, target: target, content: content, graph: graph),
            as: scope, trust: trust
        ).report
    }
}
