public import Encodings
public import X509

/// What an operator brings about revocation: lists or responses in DER or PEM, or a file of
/// notation's cache.
///
/// - SeeAlso: O5 of the conformance list for the cache.
public struct RevocationFile: Sendable {
    /// The lists, complete ones and deltas.
    public let lists: [RevocationList]
    /// The responses.
    public let responses: [OCSPResponse]
    /// Whether it is a file of notation's cache, whose name is that of a distribution point.
    public let isCacheFile: Bool

    /// The largest file, in bytes: a list and its delta in base64.
    public static let byteCountMax = 2 * X509Limits.revocationFileSizeMax

    /// Reads a file. What it is, is told from its content.
    public init(_ bytes: [UInt8]) throws(RevocationFileError) {
        let first = bytes.first { ![9, 10, 13, 32].contains($0) }
        guard first == UInt8(ascii: "{") else {
            isCacheFile = false
            (lists, responses) = try Self.encoded(bytes)
            return
        }
        isCacheFile = true
        lists = try Self.cached(bytes)
        responses = []
    }

    private static func encoded(_ bytes: [UInt8]) throws(RevocationFileError)
        -> ([RevocationList], [OCSPResponse])
    {
        // Whichever it is more like says what is wrong with it.
        if OCSPResponse.isLike(bytes) {
            do throws(OCSPResponseError) { return ([], try OCSPResponse.list(bytes)) } catch {
                throw .response(error)
            }
        }
        do throws(RevocationListError) { return (try RevocationList.list(bytes), []) } catch {
            throw .list(error)
        }
    }

    /// `baseCRL`, and `deltaCRL` if there is one, each DER in base64.
    private static func cached(_ bytes: [UInt8]) throws(RevocationFileError) -> [RevocationList] {
        var lists: [RevocationList] = []
        do {
            let place = JSONPlace(try JSON(parsing: bytes))
            try place.onlyMembers(["baseCRL", "deltaCRL"])
            let texts = [try place.member("baseCRL")] + [try place.optional("deltaCRL")]
            for place in texts.compactMap(\.self) where place.value != .null {
                guard let der = Base64.decode(try place.string()) else {
                    throw RevocationFileError.base64
                }
                lists.append(try RevocationList(der: der))
            }
        } catch let error as JSONError {
            throw .json(error)
        } catch let error as JSONShapeError {
            throw .shape(error)
        } catch let error as RevocationListError {
            throw .list(error)
        } catch { throw .base64 }
        return lists
    }
}

/// Why a file is nothing that can be kept about revocation.
public enum RevocationFileError: Error, Equatable {
    /// It is like a list, and is none.
    case list(RevocationListError)
    /// It is like a response, and is none.
    case response(OCSPResponseError)
    /// It is like a file of notation's cache, and no strict JSON.
    case json(JSONError)
    /// It is like a file of notation's cache, and lacks a member or has others.
    case shape(JSONShapeError)
    /// A member of a cache file is no base64.
    case base64
}
