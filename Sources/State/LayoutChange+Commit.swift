public import Audit
internal import Encodings
public import Files
internal import OCI
public import OCILayout

extension LayoutChange {
    /// Makes the change: journal, record, `index.json`, quarantine and mark, journal.
    ///
    /// - Parameters:
    ///   - writer: holds the layout.
    ///   - state: where journal, record and marks are.
    ///   - operation: names the change.
    /// - Throws: before the record, with everything as it was; after it, when `index.json` could not
    ///   be replaced, with the change withdrawn and the record saying so, or left to `recover`.
    public func commit(
        by writer: LayoutWriter, in state: StateFolder, as operation: OperationID
    ) throws(LayoutChangeError) {
        // Everything that can refuse is asked before the first trace is left.
        let addition = try addition(to: writer.layout)
        try onState { () throws(StateError) in try checkRoom(in: state) }
        try onRecord { () throws(AuditError) in try state.audit.checkEnd() }
        let journal = try onState { () throws(StateError) in try state.journal() }
        let open = try onState { () throws(StateError) in
            try journal.begin(Intent(operation: operation, kind: Self.kind, body: json))
        }
        do throws(LayoutChangeError) {
            try onRecord { () throws(AuditError) in try state.audit.append(events) }
            try list(addition, by: writer)
        } catch {
            withdraw(open, from: writer, in: state, journal)
            throw error
        }
        try finish(open, by: writer, in: state, journal)
    }

    /// Whether what is known of the origin has room for what is to be remembered.
    private func checkRoom(in state: StateFolder) throws(StateError) {
        if case .hold(let bundle, _)? = quarantine {
            try state.receiving(from: bundle.origin).state().checkRoomForHeld()
        }
        if let mark, mark.formerStream != nil {
            try state.receiving(from: mark.origin).state().checkRoomForStream()
        }
    }

    /// `index.json` as it will be, and the fallback indexes that it needs.
    private func addition(to layout: Layout) throws(LayoutChangeError) -> ReferrerAddition {
        var named = layout.index
        for entry in entries {
            if let conflict = named.add(entry, replace: replacesNames) {
                throw .nameTaken(conflict)
            }
        }
        return try onLayout { () throws(LayoutError) in
            try ReferrerAddition(referrers, to: layout, index: named)
        }
    }

    private func list(_ addition: ReferrerAddition, by writer: LayoutWriter)
        throws(LayoutChangeError)
    {
        try onLayout { () throws(LayoutError) in try writer.replaceIndex(adding: addition) }
    }

    private func finish(
        _ open: OpenIntent, by writer: LayoutWriter, in state: StateFolder, _ journal: Journal
    ) throws(LayoutChangeError) {
        let quarantine = LayoutQuarantine(writer)
        switch self.quarantine {
        case .hold(let bundle, let staged):
            try onLayout { () throws(LayoutError) in
                try quarantine.admit(staged, as: bundle.folderName)
            }
            try onState { () throws(StateError) in
                try state.receiving(from: bundle.origin).hold(bundle)
            }
        case .keep(let name, let staged):
            try onLayout { () throws(LayoutError) in try quarantine.admit(staged, as: name) }
        case .close, .leave, nil: break
        }
        try moveMark(in: state)
        // A folder is given up once nothing says any more that it waits.
        try onLayout { () throws(LayoutError) in
            switch self.quarantine {
            case .close(let name, let note): try quarantine.close(name, note: note)
            case .leave(let name): try quarantine.remove(name)
            case .hold, .keep, nil: break
            }
        }
        try onState { () throws(StateError) in try journal.finish(open) }
    }

    private func moveMark(in state: StateFolder) throws(LayoutChangeError) {
        guard let mark else { return }
        try onState { () throws(StateError) in
            let store = try state.receiving(from: mark.origin)
            // A mark that is there already, or beyond, was set by the run that died.
            guard try !store.state().hasTaken(mark.sequence, of: mark.stream) else {
                return try store.settle()
            }
            try store.advance(
                stream: mark.stream, sequence: mark.sequence, bundle: mark.bundle,
                leaving: mark.formerStream)
        }
    }

    /// After a failure: takes the change back if it is not visible. Where that fails too, or where
    /// nobody can tell, the journal keeps the intent for the next start.
    private func withdraw(
        _ open: OpenIntent, from writer: LayoutWriter, in state: StateFolder, _ journal: Journal
    ) {
        guard let now = try? Layout(writer.layout.folder), now.index == writer.layout.index
        else { return }
        // The error that led here is the one to report. Looked up and not counted: a record whose
        // writing failed at its last step is there all the same. Where there is none, nothing has
        // to be written, which a full disk would refuse.
        do {
            let recorded = try state.audit.present(Set(events.map(\.operation)))
            let withdrawn = events.filter { recorded.contains($0.operation) }.map(\.withdrawn)
            try state.audit.resume(withdrawn)
            try journal.finish(open)
        } catch { return }
    }
}

extension LayoutChange {
    /// What became of a change that an earlier run left unfinished.
    public enum Recovery: Sendable, Equatable {
        /// It was completed.
        case completed(layoutPath: String)
        /// What it would have listed is not there, so it was withdrawn, and the record says so.
        case withdrawn(layoutPath: String)
        /// Its layout cannot be opened now. It is kept for later.
        case waiting(layoutPath: String)
        /// It could not be completed now. It is kept for later.
        case failed(layoutPath: String, LayoutChangeError)
    }

    /// Completes or withdraws what runs that died left in the journal.
    ///
    /// - Parameters:
    ///   - state: whose journal.
    ///   - files: where the layouts are.
    ///   - patience: how long to wait for each layout.
    /// - Returns: what became of each.
    /// - Throws: when the journal cannot be read; what a layout refuses is `.failed`.
    public static func recover(
        in state: StateFolder, _ files: FileSystem, patience: LockPatience = .standard
    ) throws(LayoutChangeError) -> [Recovery] {
        let journal = try onState { () throws(StateError) in try state.journal() }
        let abandoned = try onState { () throws(StateError) in try journal.pending(kind) }
        var recoveries: [Recovery] = []
        for open in abandoned {
            let change: LayoutChange
            do { change = try LayoutChange(JSONPlace(.object(open.intent.body))) } catch {
                throw .state(.damaged(path: "journal of \(open.intent.operation)"))
            }
            // One layout that cannot be changed now must not hold up the others.
            do throws(LayoutChangeError) {
                recoveries.append(
                    try change.recover(open, in: state, journal, files, patience: patience))
            } catch {
                recoveries.append(.failed(layoutPath: change.layoutPath, error))
            }
        }
        return recoveries
    }

    private func recover(
        _ open: OpenIntent, in state: StateFolder, _ journal: Journal, _ files: FileSystem,
        patience: LockPatience
    ) throws(LayoutChangeError) -> Recovery {
        guard let layout = try? Layout(at: layoutPath, in: files) else {
            return .waiting(layoutPath: layoutPath)
        }
        let writer = try onLayout { () throws(LayoutError) in
            try LayoutWriter(layout, patience: patience)
        }
        let needed = entries + referrers.map(\.descriptor)
        let isThere = try onLayout { () throws(LayoutError) in
            for descriptor in needed where try writer.layout.check(descriptor) != nil {
                return false
            }
            return true
        }
        guard isThere, try hasQuarantined(by: writer) else {
            return try takeBack(open, in: state, journal)
        }
        let addition: ReferrerAddition
        do throws(LayoutChangeError) { addition = try self.addition(to: writer.layout) } catch {
            guard case .nameTaken = error else { throw error }
            // Somebody has given the name away since. Theirs is the later word.
            return try takeBack(open, in: state, journal)
        }
        try onRecord { () throws(AuditError) in try state.audit.resume(events) }
        try list(addition, by: writer)
        try finish(open, by: writer, in: state, journal)
        return .completed(layoutPath: layoutPath)
    }

    /// Whether a folder that is to come into quarantine is there. A staging folder of a run that
    /// died has been swept by now.
    private func hasQuarantined(by writer: LayoutWriter) throws(LayoutChangeError) -> Bool {
        let name: String
        switch quarantine {
        case .hold(let bundle, _): name = bundle.folderName
        case .keep(let folder, _): name = folder
        case .close, .leave, nil: return true
        }
        return try onLayout { () throws(LayoutError) in
            try LayoutQuarantine(writer).contains(name)
        }
    }

    private func takeBack(_ open: OpenIntent, in state: StateFolder, _ journal: Journal)
        throws(LayoutChangeError) -> Recovery
    {
        try onRecord { () throws(AuditError) in
            try state.audit.resume(events.map(\.withdrawn))
        }
        try onState { () throws(StateError) in try journal.finish(open) }
        return .withdrawn(layoutPath: layoutPath)
    }

    /// What is in the journal after `recover`: changes whose layouts cannot be changed now, and
    /// those that other runs are at work on or are completing. Who is only `looking` takes no lock.
    public static func unfinished(in state: StateFolder, looking: Bool = false)
        throws(LayoutChangeError) -> [LayoutChange]
    {
        try onState { () throws(StateError) in
            let intents = try looking ? state.glimpse() : state.journal().intents()
            return intents.compactMap { intent in
                guard intent.kind == kind else { return nil }
                return try? LayoutChange(JSONPlace(.object(intent.body)))
            }
        }
    }
}

extension AuditEvent {
    /// Says that the event's operation did not come to pass after all. It stands for itself: the
    /// record may have refused the event and taken this.
    fileprivate var withdrawn: AuditEvent {
        AuditEvent(
            operation: operation.withdrawal, kind: "withdrawn", time: time, userName: userName,
            userID: userID,
            details: [
                "operation": .string(operation.text), "kind": .string(kind),
                "details": .object(details),
            ])
    }
}

private func onState<T>(_ body: () throws(StateError) -> T) throws(LayoutChangeError) -> T {
    do throws(StateError) { return try body() } catch { throw .state(error) }
}

private func onLayout<T>(_ body: () throws(LayoutError) -> T) throws(LayoutChangeError) -> T {
    do throws(LayoutError) { return try body() } catch { throw .layout(error) }
}

private func onRecord<T>(_ body: () throws(AuditError) -> T) throws(LayoutChangeError) -> T {
    do throws(AuditError) { return try body() } catch { throw .audit(error) }
}
