/// Placeholder
public enum ImportRefusal: Equatable, Sendable { case empty }
