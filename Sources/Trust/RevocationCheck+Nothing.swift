extension RevocationCheck {
    /// A check for which nothing is at hand: what names a source is unknown.
    public static let nothingAtHand = RevocationCheck(
        evidence: .none, rules: .standard, floors: RevocationFloors())
}
