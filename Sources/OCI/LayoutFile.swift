import Encodings

/// The file `oci-layout` that makes a folder an image layout.
public enum LayoutFile {
    /// Its name.
    public static let name = "oci-layout"
    /// The only version there is.
    public static let version = "1.0.0"
    /// Its content as Airseal writes it.
    public static let bytes = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    /// Checks the content of an `oci-layout` (rule L2).
    public static func check(_ bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        let found: String
        do throws(JSONShapeError) {
            found = try place.member("imageLayoutVersion").string()
        } catch { throw .shape(error) }
        guard found == version else { throw .layoutVersion(found) }
    }
}
