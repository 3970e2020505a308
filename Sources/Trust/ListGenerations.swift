import X509

/// Which of several lists about a certificate are the newest of their kind and scope: the others are
/// what an attacker would bring back.
struct ListGenerations {
    private struct Kind: Hashable {
        let scopeFingerprint: String
        let isDelta: Bool

        init(_ list: RevocationList) {
            scopeFingerprint = list.scopeFingerprint
            isDelta = list.isDelta
        }
    }

    private var newest: [Kind: RevocationFloors.Floor] = [:]
    /// Kinds of which some list has no number: there only dates tell which is newer.
    private var unnumbered: Set<Kind> = []

    init(_ lists: [FittingList]) {
        for list in lists where list.list.number == nil { unnumbered.insert(Kind(list.list)) }
        for list in lists {
            let kind = Kind(list.list)
            let floor = age(of: list)
            if newest[kind].map({ $0.isBelow(floor) }) ?? true { newest[kind] = floor }
        }
    }

    /// Whether none of the lists replaces `list`, which is one of them.
    func isNewest(_ list: FittingList) -> Bool {
        newest[Kind(list.list)].map { !age(of: list).isBelow($0) } ?? true
    }

    private func age(of list: FittingList) -> RevocationFloors.Floor {
        let isNumbered = !unnumbered.contains(Kind(list.list))
        return RevocationFloors.Floor(
            number: isNumbered ? list.list.number : nil, thisUpdate: list.list.thisUpdate)
    }
}
