import Cryptography
public import PKCS11
import X509

/// What a key and its token can do, tried out. Nothing on the token is changed.
public struct KeyProbe: Sendable {
    /// One way to sign, tried once.
    public struct Trial: Sendable {
        /// How.
        public let mechanism: TokenMechanism
        /// Over which hash; for PSS, also that of MGF1, and the length of the salt.
        public let hash: TokenHash
        /// How it went.
        public let result: Result
    }

    /// How a trial went.
    public enum Result: Sendable, Equatable {
        /// The public key verifies the signature.
        case verified
        /// There is a signature, and the public key does not verify it.
        case wrong
        /// The token does not offer the mechanism.
        case notOffered
        /// The token refused.
        case refused(PKCS11Error)
    }

    /// What the token offers for one kind of key of the Notary specification.
    public enum Offer: Sendable, Equatable {
        /// A signature of that kind was made and verified.
        case proved
        /// The token says that it signs with keys of this size.
        case offered(generates: Bool)
        /// The token has no mechanism for it, or none for this size.
        case notOffered
    }

    /// Signatures in a row.
    public struct Speed: Sendable, Equatable {
        /// How many.
        public let count: Int
        /// In how much time, in seconds.
        public let seconds: Double

        /// Signatures in a second.
        public var rate: Double { seconds > 0 ? Double(count) / seconds : 0 }
    }

    /// Why the key is not ready.
    public enum Obstacle: Sendable, Equatable {
        /// What can be seen of it.
        case flaw(KeyObject.Flaw)
        /// The token refused to sign.
        case refused(PKCS11Error)
        /// The public key does not verify the token's signature.
        case wrongSignature
    }

    /// Label, id and type.
    public let key: KeyDescription
    /// The token.
    public let token: TokenDescription
    /// What the token says of itself.
    public let limits: TokenLimits
    /// What the token says of the key.
    public let attributes: [KeyAttribute: Bool]
    /// What the token says of each mechanism; one that it does not have is left out.
    public let mechanisms: [TokenMechanism: TokenMechanism.Range]
    /// What was tried; nothing where every signature would ask for the PIN.
    public private(set) var trials: [Trial] = []
    /// How fast the key signs, in the way in which `sign` uses it; nil where it does not.
    public private(set) var speed: Speed?
    /// Why the key is not ready to sign; empty when it is.
    public private(set) var obstacles: [Obstacle]

    /// Whether images can be signed with the key.
    public var isReady: Bool { obstacles.isEmpty }

    /// Tries the key that `uri` names in a session that is logged in, and measures for `seconds`.
    ///
    /// - Throws: `.token` when there is no such key, or several; `.certificate` when its public half
    ///   cannot be read.
    public init(of uri: KeyURI, in session: Session, seconds: Double) throws(SigningError) {
        let object: KeyObject
        do {
            object = try session.keyObject(matching: uri)
            limits = try session.token.limits()
        } catch { throw .token(error) }
        key = object.description
        token = session.token.description
        attributes = object.attributes
        var mechanisms: [TokenMechanism: TokenMechanism.Range] = [:]
        for mechanism in TokenMechanism.allCases {
            mechanisms[mechanism] = session.token.range(of: mechanism)
        }
        self.mechanisms = mechanisms
        obstacles = object.flaws.map { .flaw($0) }
        guard isReady, let type = key.type, let spki = object.publicKey else { return }
        guard let publicKey = try? PublicKey(spki: spki) else {
            throw .certificate(.unreadableKey)
        }
        if attributes[.alwaysAuthenticate] != true {
            trials = Self.trials(of: object, type, publicKey, mechanisms)
        }
        do throws(PKCS11Error) {
            let key = try session.signingKey(matching: uri)
            try measure(key, publicKey, seconds: seconds)
        } catch { obstacles.append(.refused(error)) }
    }

    /// What the token offers for keys of `type`.
    public func offer(for type: KeyType) -> Offer {
        if type == key.type, speed != nil, isReady { return .proved }
        let signs = TokenMechanism.allCases.contains { mechanism in
            mechanism.signs(type) && Self.covers(mechanisms[mechanism], type) { $0.signs }
        }
        guard signs else { return .notOffered }
        let maker: TokenMechanism = type.isRSA ? .rsaKeys : .ecKeys
        return .offered(generates: Self.covers(mechanisms[maker], type) { $0.generates })
    }

    private static func covers(
        _ range: TokenMechanism.Range?, _ type: KeyType,
        _ does: (TokenMechanism.Range) -> Bool
    ) -> Bool {
        guard let range else { return false }
        return does(range) && range.covers(bitCount: type.bitCount)
    }
}

// MARK: Trials

extension KeyProbe {
    private static let message = Array("airseal key probe".utf8)

    /// Every mechanism that goes with the type: those over a digest with each hash, the others with
    /// their own.
    private static func trials(
        of key: KeyObject, _ type: KeyType, _ publicKey: PublicKey,
        _ mechanisms: [TokenMechanism: TokenMechanism.Range]
    ) -> [Trial] {
        var trials: [Trial] = []
        for mechanism in TokenMechanism.allCases where mechanism.signs(type) {
            for hash in TokenHash.allCases where mechanism.hash ?? hash == hash {
                let result: Result =
                    mechanisms[mechanism] == nil
                    ? .notOffered : trial(mechanism, hash, key, publicKey)
                trials.append(Trial(mechanism: mechanism, hash: hash, result: result))
            }
        }
        return trials
    }

    private static func trial(
        _ mechanism: TokenMechanism, _ hash: TokenHash, _ key: KeyObject, _ publicKey: PublicKey
    ) -> Result {
        guard let digest = try? hash.signatureHash.hash(message) else { return .wrong }
        let signature: [UInt8]
        do throws(PKCS11Error) {
            signature = try key.trialSignature(
                over: mechanism.hash == nil ? digest : message, with: mechanism, hash: hash)
        } catch { return .refused(error) }
        let isRight = try? publicKey.verifies(
            signature: signature, over: message, hash.signatureHash)
        return isRight == true ? .verified : .wrong
    }

    /// Signs as `sign` does until the time is over, once at least, and verifies every signature
    /// afterwards.
    private mutating func measure(_ key: SigningKey, _ publicKey: PublicKey, seconds: Double)
        throws(PKCS11Error)
    {
        guard let digest = try? key.type.hash.signatureHash.hash(Self.message) else { return }
        // A person who types a PIN for each is not to be asked for a second's worth of them.
        let isOnce = attributes[.alwaysAuthenticate] == true
        var signatures: [[UInt8]] = []
        let clock = ContinuousClock()
        let start = clock.now
        var elapsed = 0.0
        repeat {
            signatures.append(try key.sign(digest: digest, hash: key.type.hash))
            elapsed = (clock.now - start) / .seconds(1)
        } while elapsed < seconds && !isOnce
        let areRight = signatures.allSatisfy { signature in
            (try? publicKey.verifies(signature: signature, over: Self.message)) == true
        }
        guard areRight else {
            obstacles.append(.wrongSignature)
            return
        }
        speed = Speed(count: signatures.count, seconds: elapsed)
    }
}
