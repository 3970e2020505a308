import BundleFormat
import Encodings
import Files
import State

/// How far the stream of one origin has come, held by this run until it lets go.
struct OriginLedger {
    private let turn: StreamTurn?
    private let state: ReceivingState

    /// Waits for the right to go on with the stream of `origin`; who is only `looking` waits for
    /// nobody, and makes nothing.
    ///
    /// - Throws: where an earlier change of the origin is unfinished: its mark does not stand yet, so
    ///   the bundle could be taken a second time elsewhere.
    init(
        of origin: SiteName, in folder: StateFolder, patience: LockPatience, looking: Bool
    ) throws(Stop) {
        let store: ReceivingStore
        do throws(StateError) {
            if looking {
                guard let known = try folder.knownReceivingStore(from: origin) else {
                    throw .missing(origin)
                }
                store = known
                turn = nil
            } else {
                store = try folder.receiving(from: origin)
                turn = try store.turn(patience: patience)
            }
        } catch { throw .failed(.state(error)) }
        let waiting: [LayoutChange]
        do throws(LayoutChangeError) {
            waiting = try LayoutChange.unfinished(in: folder, looking: looking)
        } catch { throw .failed(.change(error)) }
        for change in waiting where change.origin == origin {
            throw .failed(
                looking
                    ? .interrupted(origin, layoutPath: change.layoutPath)
                    : .unfinished(origin, layoutPath: change.layoutPath))
        }
        state = try onState { () throws(StateError) in
            if !looking { try store.settle() }
            return try store.state()
        }
    }

    /// The bundles that wait, in their order.
    var held: [HeldBundle] { state.held }

    /// The stream that is known; nil before the first bundle.
    var stream: StreamID? { state.stream }

    /// What was released and closed.
    var released: ReceivedMark {
        ReceivedMark(
            stream: state.stream, sequence: state.sequence, bundle: state.bundle,
            former: state.former.map {
                ReceivedMark(stream: $0.stream, sequence: $0.sequence, bundle: $0.bundle)
            })
    }

    /// What was released, closed, and is held: what the next bundle must follow.
    var taken: ReceivedMark {
        state.held.reduce(released) { mark, held in mark.following(held) }
    }
}

extension ReceivedMark {
    /// The mark as it will be once `held` is released.
    fileprivate func following(_ held: HeldBundle) -> ReceivedMark {
        guard let stream, stream != held.stream else {
            return ReceivedMark(
                stream: held.stream, sequence: held.sequence, bundle: held.bundle,
                released: released, former: former)
        }
        let left = former.first { $0.stream == held.stream }
        let others = former.filter { $0.stream != held.stream }
        return ReceivedMark(
            stream: held.stream, sequence: held.sequence, bundle: held.bundle,
            released: left?.released ?? 0, former: others + [self])
    }
}
