public import Encodings
internal import Files

// What is known of streams, for those who only look: nothing is made.
extension StateFolder {
    /// The sites with which bundles were exchanged, or from which they are expected, in byte order.
    public func knownSites() throws(StateError) -> [SiteName] {
        var names: Set<String> = []
        for area in [Self.sendingArea, Self.receivingArea] {
            guard let found = try present(area, in: folder) else { continue }
            let entries = try onDisk { () throws(FileError) in try found.entries() }
            names.formUnion(entries.map(\.name))
        }
        var sites: [SiteName] = []
        // What has another name was not made by Airseal, and stands for no site.
        for name in names.sorted() {
            if let site = try? SiteName(name) { sites.append(site) }
        }
        return sites
    }

    /// The stream to `destination`; nil where nothing was ever exported to it.
    public func knownSending(to destination: SiteName) throws(StateError) -> SendingState? {
        try knownSendingStore(to: destination)?.read()
    }

    /// The numbers of the bundles to `destination`; nil where nothing was ever exported to it.
    public func knownSendingStore(to destination: SiteName) throws(StateError) -> SendingStore? {
        guard let area = try present(Self.sendingArea, in: folder),
            let own = try present(destination.text, in: area)
        else { return nil }
        return SendingStore(destination, in: own)
    }

    /// The mark of `origin`; nil where it has none.
    public func knownReceiving(from origin: SiteName) throws(StateError) -> ReceivingState? {
        try knownReceivingStore(from: origin)?.read()
    }

    /// What is known of the stream from `origin`; nil where nothing is.
    public func knownReceivingStore(from origin: SiteName) throws(StateError) -> ReceivingStore? {
        guard let area = try present(Self.receivingArea, in: folder),
            let own = try present(origin.text, in: area)
        else { return nil }
        return ReceivingStore(origin, in: own)
    }

    /// The bundles that wait, of every origin: each origin's in their order.
    public func heldBundles() throws(StateError) -> [HeldBundle] {
        var held: [HeldBundle] = []
        for origin in try knownSites() { held += try knownReceiving(from: origin)?.held ?? [] }
        return held
    }

    private func present(_ name: String, in folder: Folder) throws(StateError) -> Folder? {
        try onDisk { () throws(FileError) in
            try folder.kind(of: name) == nil ? nil : try folder.folder(name)
        }
    }
}
