import BundleFormat
import Configuration
import Encodings
import Files
import OCILayout
import Processes

/// Has the site's scanner look at images, as another user and with a view of each that cannot be
/// written.
struct ImageScanner {
    private let settings: ScannerSettings
    private let account: UserAccount
    private let program: BoundedProgram

    /// The scanner of `home`; nil where there is none.
    ///
    /// - Throws: where its user is none that it may be.
    init?(of home: Home) throws(Stop) {
        let settings = try onHome { () throws(ConfigurationError) in try home.scannerSettings() }
        guard let settings else { return nil }
        do throws(ProcessError) { account = try UserAccount(named: settings.user) } catch {
            throw .failed(.scanner(error))
        }
        program = BoundedProgram(
            settings.command, as: account, limitSeconds: settings.timeLimit)
        self.settings = settings
    }

    /// Asks it about each of `roots` that passed so far. What it could have touched is hashed again
    /// afterwards.
    ///
    /// - Parameters:
    ///   - roots: the images, judged.
    ///   - closure: what belongs to each.
    ///   - content: where the blobs are.
    ///   - writer: holds the layout in whose folder the views are made.
    /// - Returns: the images with what it said of them.
    /// - Throws: `.failed` where it could not be asked, or has changed something.
    func scan(
        _ roots: [JudgedRoot], _ closure: BundleClosure, in content: any BundleContent,
        by writer: LayoutWriter
    ) throws(Stop) -> [JudgedRoot] {
        var scanned = roots
        var wasAsked = false
        for place in roots.indices where roots[place].passes {
            let view = try ScanView(
                of: roots[place].root, closure, content, for: account, in: writer)
            scanned[place].scan = try ask(about: view)
            wasAsked = true
        }
        if wasAsked { try content.checkAgain() }
        return scanned
    }

    private func ask(about view: ScanView) throws(Stop) -> ScanReport {
        let end: ProcessEnd
        do throws(ProcessError) { end = try program.run(in: view.folder) } catch {
            throw .failed(.scanner(error))
        }
        guard case .exited(let status) = end.way else { return ScanReport(end, .undecided) }
        if settings.clean.contains(status) { return ScanReport(end, .clean) }
        return ScanReport(end, settings.found.contains(status) ? .found : .undecided)
    }
}
