/// A certificate or a key as PEM text, and the file that it came from.
public struct PEM: Hashable, Sendable {
  /// The text.
  public var bytes: [UInt8]
  /// The file that may have another text by now; nil where the text stood in the configuration itself.
  public var path: String?

  /// Wraps a text.
  public init(_ bytes: [UInt8], path: String? = nil) {
    self.bytes = bytes
    self.path = path
  }
}
