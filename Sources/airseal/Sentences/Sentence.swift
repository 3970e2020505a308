/// What is said of an error: library errors carry facts, and this folder gives them their words.
struct Sentence {
    /// What happened: no capital, no full stop.
    let text: String
    /// What would help, where that can be known. Never an advice to trust more.
    let hint: String?

    init(_ text: String, hint: String? = nil) {
        self.text = text
        self.hint = hint
    }

    init(about error: any Error) {
        if let error = error as? any Speakable {
            self = error.sentence
        } else {
            self.init(ForeignText(String(describing: error)).description)
        }
    }

    /// The same, said of a part of something larger.
    func after(_ prefix: String) -> Sentence { Sentence("\(prefix): \(text)", hint: hint) }
}

/// An error that has a sentence.
protocol Speakable: Error {
    var sentence: Sentence { get }
}
