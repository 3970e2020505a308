import BundleFormat
import Encodings

extension ChainRefusal: Speakable {
    var sentence: Sentence {
        switch self {
        case .wrongDestination(let destination, let own):
            Sentence("the bundle is for the site \(destination); this is \(own)")
        case .fromTheFuture(let created, let now):
            Sentence(
                "the bundle says that it was made at \(created), but here it is \(now)",
                hint: "compare the clocks of both sides")
        case .late(let useBy, let now):
            Sentence(
                "the bundle was to be received by \(useBy), and it is \(now)",
                hint: "ask the sender for a new export; or check this machine's clock")
        case .foreignStream(let stream, let expected):
            Sentence(
                "the bundle belongs to the stream \(stream), not to \(expected)",
                hint: "ask the sender whether its state was lost or replaced")
        case .repeated(let sequence): Sentence("bundle \(sequence) was received before")
        case .fork(let sequence):
            Sentence(
                "bundle \(sequence) does not continue what was received: "
                    + "the sender's numbering has forked",
                hint: "ask the sender whether its state was restored from a backup")
        case .rollback(let sequence, let taken):
            Sentence("bundle \(sequence) is older than bundle \(taken), which was received last")
        case .gap(let missing):
            Sentence(
                "bundles are missing before this one: "
                    + "\(Listing(missing.map { "\($0)" }))",
                hint: "receive them first; or have the sender declare void what never left")
        case .restoredReceiver(let acknowledged, let taken):
            Sentence(
                "the sender has a receipt for bundle \(acknowledged), but here only \(taken) "
                    + "was received: this side's state is older than it should be",
                hint: "restore the newest backup of this side's state")
        }
    }
}
