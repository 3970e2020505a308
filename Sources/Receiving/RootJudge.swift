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
    let content: Quarantine
    let graph: LayoutGraph

    /// All of `roots`, or the reason why not.
    func judge(_ roots: [Inventory.Root], _ scopes: [RegistryScope], path: String)
        throws(Stop) -> [JudgedRoot]
    {
        var judged: [JudgedRoot] = []
        for (root, scope) in zip(roots, scopes) {
            let mark = root.name.map { ":\($0)" } ?? "@\(root.descriptor.digest)"
            let report = try judge(root, as: scope, reference: path + mark)
            judged.append(JudgedRoot(root: root, report: report))
        }
        let verdicts = judged.map(\.report.verdict)
        guard !verdicts.contains(.refused) else { throw .refused(.image(judged)) }
        guard !verdicts.contains(.undecided) else { throw .undecided(.images(judged)) }
        return judged
    }

    private func judge(_ root: Inventory.Root, as scope: RegistryScope, reference: String)
        throws(Stop) -> VerificationReport
    {
        do throws(VerificationError) {
            let outcome = try verifier.verify(
                ArtifactInLayout(
                    reference: reference, target: root.descriptor, content: content, graph: graph),
                as: scope, trust: trust)
            return outcome.report
        } catch {
            // No policy speaks for the repository: nobody knows whether the image is good.
            guard case .noApplicableStatement = error else { throw .failed(.verification(error)) }
            return VerificationReport(
                unresolved: reference, scope: scope, verdict: .undecided, time: time)
        }
    }
}
