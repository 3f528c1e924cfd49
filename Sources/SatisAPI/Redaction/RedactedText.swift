import KubernetesClient

/// Free text as others may see it: with everything that looks like a credential replaced by `***`.
///
/// For what servers, pods and git say, before it goes into a status, an event, a log line, a metric or a
/// notification. The rules are those of the runner (`Redactor.php`), without the values that only it knows.
public struct RedactedText: CustomStringConvertible, Hashable, Sendable {
  /// The text without credentials.
  ///
  /// Redacting it again changes nothing.
  public let description: String

  /// Looks for credentials; the time it takes grows with the text's length and nothing else.
  ///
  /// - Parameter maximumBytes: the text is cut to as many bytes of UTF-8, after credentials have been taken out: half a
  ///   token would not be known for one.
  public init(_ text: String, maximumBytes: Int = .max) {
    var redacted = text
    // A mask may bring two parts together that look like a credential only then.
    for _ in 0..<4 {
      guard let changed = Self.redactOnce(redacted, .everywhere), changed != redacted else { break }
      redacted = changed
    }
    description = redacted.prefix(maximumBytes: maximumBytes)
  }

  /// A URL without the values of parameters whose names say that they are secret; nil when there are none.
  ///
  /// What else looks like a token may be the name of a repository.
  static func withoutSecretParameters(_ url: String) -> String? {
    redactOnce(url, .inParameters)
  }

  private static let mask = Array("***".utf8)

  /// Nil when there is nothing to take out.
  private static func redactOnce(_ text: String, _ scope: CredentialScanner.Scope) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      var scanner = CredentialScanner(bytes, scope)
      var result: [UInt8] = []
      var copied = 0
      while let hidden = scanner.next() {
        result += bytes[copied..<hidden.lowerBound]
        result += mask
        copied = hidden.upperBound
      }
      guard copied > 0 else { return nil }
      result += bytes[copied...]
      return String(decoding: result, as: UTF8.self)
    }
  }
}
