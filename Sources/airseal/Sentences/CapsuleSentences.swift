import Receiving
import Trust
import UseCases

extension CapsuleRefusal {
    var sentence: Sentence {
        switch self {
        case .bundle(let refusal): refusal.sentence
        case .notAllowed(let origin):
            Sentence("this site's entry for \(origin) does not let it send trust capsules")
        case .unreadable(let error): error.sentence
        case .empty:
            Sentence(
                "it is that of a site without any policy or trust store: nothing would pass any more"
            )
        case .rollback(let counter, let applied):
            Sentence("its counter is \(counter), and \(applied) of this origin was applied")
        case .fork(let counter):
            Sentence(
                "another capsule of this origin with the counter \(counter) was applied",
                hint: "two states of the origin's trust have one number: ask there how that came")
        case .settings(let conflict):
            conflict.sentence.after("its policy does not fit this site's verification.json")
        case .weaker:
            Sentence(
                "it weakens this site's trust, as marked",
                hint: "ask the origin for each of these, by another way than the medium")
        }
    }
}

extension RestoreTrustError: Speakable {
    var sentence: Sentence {
        switch self {
        case .nothingKept: Sentence("no trust was ever replaced in this home")
        case .noSuchNumber(let number, let present):
            Sentence(
                "no trust is kept as \(number); there are "
                    + "\(Listing(present.map { "\($0)" }))")
        }
    }
}
