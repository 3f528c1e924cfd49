/// The URL of a git repository, reduced to what tells two repositories apart.
///
/// Git hosts write one repository in many ways: https, ssh, the scp-like `git@host:path`, with a user, a port,
/// `.git` or a trailing slash. Two spellings of one repository give equal values. The letter case of the host
/// is ignored, that of the path is not: see `folded`.
public struct SourceURL: Hashable, Sendable {
  /// The host, in lower case.
  public let host: String
  /// The path without slashes at its ends and without `.git`.
  public private(set) var path: String

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
    // The colons of an IPv6 address stand in brackets.
    let address = text.firstIndex(of: "[").flatMap { text[$0...].firstIndex(of: "]") }
    guard let colon = text[(address ?? text.startIndex)...].firstIndex(of: ":") else { return nil }
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
    return parts.joined(separator: "/").decodingPercentEscapes()
  }
}

extension SourceURL {
  /// The same with a path in lower case: most git hosts take their repositories in any letter case, and name them in one
  /// of them.
  var folded: Self {
    var folded = self
    folded.path = path.lowercased()
    return folded
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
  /// Decodes `%7E` and its like, but not `%2F` and `%25`, whose plain forms mean something else in a path.
  func decodingPercentEscapes() -> String {
    guard contains("%") else { return self }
    var result: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      guard byte == UInt8(ascii: "%"), digits.count == 2,
        digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let decoded = UInt8(Substring(digits), radix: 16)
      else {
        result.append(byte)
        continue
      }
      let isKept = decoded == UInt8(ascii: "/") || decoded == UInt8(ascii: "%")
      result += isKept ? Array("%\(digits)".uppercased().utf8) : [decoded]
      rest = rest.dropFirst(2)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
