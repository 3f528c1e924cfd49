/// The URL of a git repository, reduced to what tells two repositories apart.
///
/// Git hosts write one repository in many ways: https, ssh, the scp-like `git@host:path`, with a user, a port,
/// `.git` or a trailing slash. Two spellings of one repository give equal values. The letter case of the host
/// is ignored, that of the path is not.
public struct SourceURL: Hashable, Sendable {
  /// The host, in lower case.
  public let host: String
  /// The path without slashes at its ends and without `.git`.
  public let path: String

  /// Reads any of the spellings; nil when there is no host or no path.
  public init?(_ text: String) {
    let trimmed = text.trimmingWhitespace()
    let authority: Substring
    let rawPath: Substring
    if let scheme = trimmed.firstRange(of: "://") {
      let rest = trimmed[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
      let slash = rest.firstIndex(of: "/") ?? rest.endIndex
      authority = rest[..<slash]
      rawPath = rest[slash...]
    } else if let colon = Self.scpColon(in: trimmed) {
      authority = trimmed[..<colon]
      rawPath = trimmed[trimmed.index(after: colon)...]
    } else {
      return nil
    }
    let host = Self.host(of: authority)
    let path = Self.normalisedPath(rawPath)
    guard !host.isEmpty, !path.isEmpty else { return nil }
    self.host = host
    self.path = path
  }

  /// The colon of `user@host:path`, which stands before the first slash; a Windows drive letter is no host.
  private static func scpColon(in text: Substring) -> Substring.Index? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let before = text[..<colon]
    guard before.count > 1, !before.contains("/") else { return nil }
    return colon
  }

  private static func host(of authority: Substring) -> String {
    var host = authority
    if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      host = host[...end]
    } else if let colon = host.firstIndex(of: ":") {
      host = host[..<colon]
    }
    // A fully qualified name may end in a dot.
    if host.hasSuffix(".") { host = host.dropLast() }
    return host.lowercased()
  }

  private static func normalisedPath(_ raw: Substring) -> String {
    var parts = raw.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
    if let last = parts.last, last.hasSuffix(".git") {
      let name = last.dropLast(4)
      parts.removeLast()
      if !name.isEmpty { parts.append(name) }
    }
    return parts.joined(separator: "/").removingPercentEncodingOfUnreserved()
  }
}

extension SourceURL: CustomStringConvertible {
  /// The text for messages.
  public var description: String { "\(host)/\(path)" }
}

extension StringProtocol {
  func trimmingWhitespace() -> Substring {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

extension String {
  /// Decodes `%7E` and its like, whose encoded and plain forms are equal (RFC 3986, section 6.2.2.2).
  func removingPercentEncodingOfUnreserved() -> String {
    guard contains("%") else { return self }
    var result = ""
    var rest = self[...]
    while let character = rest.first {
      if character == "%", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16), byte < 0x80 {
        let scalar = Unicode.Scalar(byte)
        if Character(scalar).isLetter || Character(scalar).isNumber || "-._~".unicodeScalars.contains(scalar)
        {
          result.unicodeScalars.append(scalar)
          rest = rest.dropFirst(3)
          continue
        }
      }
      result.append(character)
      rest = rest.dropFirst()
    }
    return result
  }
}
