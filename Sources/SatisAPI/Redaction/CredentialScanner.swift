/// Finds what looks like a credential, from the start of a text to its end, without ever going back.
///
/// No regular expressions: their time depends on what a stranger wrote.
struct CredentialScanner {
  /// Where credentials are looked for.
  enum Scope {
    /// In all that there is.
    case everywhere
    /// In the parameters of a URL, by their names.
    case inParameters
  }

  private let text: UnsafeBufferPointer<UInt8>
  private let scope: Scope
  private var position = 0
  /// Up to here no JSON web token begins: what has been read has no end that one would need.
  private var endOfNoToken = 0
  private var knownAt = -1
  private var knownSpace = -1

  init(_ text: UnsafeBufferPointer<UInt8>, _ scope: Scope) {
    self.text = text
    self.scope = scope
  }

  /// The next range to hide; nil at the end of the text.
  mutating func next() -> Range<Int>? {
    while position < text.count {
      let found = find(at: position)
      position += 1
      guard let found, !found.isEmpty else { continue }
      // Not before its end: what is hidden holds nothing to look for.
      position = max(position, found.upperBound)
      return found
    }
    return nil
  }

  private mutating func find(at start: Int) -> Range<Int>? {
    switch text[start] {
    case UInt8(ascii: "?"), UInt8(ascii: "&"), UInt8(ascii: "#"), UInt8(ascii: ";"): queryValue(at: start)
    case _ where scope == .inParameters: nil
    case UInt8(ascii: ":"): userInfo(at: start)
    case UInt8(ascii: "-"): privateKey(at: start)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      start > 0 && text[start - 1].isAlphanumeric ? nil : word(at: start)
    default: nil
    }
  }

  /// What begins like a word.
  private mutating func word(at start: Int) -> Range<Int>? {
    switch text[start] | 0x20 {
    case UInt8(ascii: "g"), UInt8(ascii: "x"): token(at: start) ?? headerValue(at: start)
    case UInt8(ascii: "a"): token(at: start) ?? headerValue(at: start)
    case UInt8(ascii: "e"): webToken(at: start)
    case UInt8(ascii: "b"): scheme(at: start)
    case UInt8(ascii: "p"), UInt8(ascii: "j"), UInt8(ascii: "d"): headerValue(at: start)
    case UInt8(ascii: "h"): webhookPath(at: start)
    default: nil
    }
  }

  // MARK: - Rules

  /// `://user:password@`, also with `@` or `/` in the password, and `http://token@`.
  ///
  /// The user name of `ssh://git@` is none to hide, and `://host:8080/path@1.0` has no user.
  private mutating func userInfo(at start: Int) -> Range<Int>? {
    guard matches("://", at: start) else { return nil }
    let first = start + 3
    let stop = end(from: first) {
      !$0.isSpace && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ":")
    }
    guard stop < text.count else { return nil }
    if text[stop] == UInt8(ascii: "@") {
      return stop > first && isWebScheme(before: start) ? first..<stop : nil
    }
    guard text[stop] == UInt8(ascii: ":") else { return nil }
    let authorityEnd = end(from: stop + 1) { !$0.isSpace && $0 != UInt8(ascii: "/") }
    if let last = text[(stop + 1)..<authorityEnd].lastIndex(of: UInt8(ascii: "@")) { return first..<last }
    let portEnd = end(from: stop + 1) { $0.isDigit }
    if portEnd > stop + 1, portEnd < text.count, text[portEnd] == UInt8(ascii: "/") { return nil }
    let sign = nextAt(from: stop + 1)
    return sign < nextSpace(from: stop + 1) ? first..<sign : nil
  }

  /// The tokens of GitHub, GitLab, Bitbucket, Atlassian and Slack, which say what they are.
  private func token(at start: Int) -> Range<Int>? {
    guard let prefix = tokenPrefix(at: start) else { return nil }
    let stop = end(from: prefix) {
      $0.isWord || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "-")
    }
    return stop - prefix >= 10 ? start..<stop : nil
  }

  /// Where the part of a token begins that is random.
  private func tokenPrefix(at start: Int) -> Int? {
    for prefix in ["github_pat_", "ATBB", "ATCTT", "ATATT"] where matches(prefix, at: start) {
      return start + prefix.utf8.count
    }
    if matches("gh", at: start), let kind = byte(start + 2), "pousr".utf8.contains(kind),
      byte(start + 3) == UInt8(ascii: "_")
    {
      return start + 4
    }
    let letters = end(from: start, limit: 9) { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    guard byte(letters) == UInt8(ascii: "-") else { return nil }
    let isKnown =
      matches("gl", at: start) && Self.gitLabTokens.contains { matches($0, at: start + 2, until: letters) }
      || matches("xox", at: start) && letters - start == 4
    return isKnown ? letters + 1 : nil
  }

  /// What comes between `gl` and `-`, by GitLab's overview of its tokens; other words, such as `glossary-`, are none.
  static let gitLabTokens = [
    "pat", "oas", "dt", "rt", "rtr", "cbt", "ptt", "ft", "imt", "agent", "wt", "soat", "ffct",
  ]

  /// Three parts of base64url between dots, of which the first begins like `{"`.
  private mutating func webToken(at start: Int) -> Range<Int>? {
    guard start >= endOfNoToken, matches("eyJ", at: start) else { return nil }
    let isPart: (UInt8) -> Bool = { $0.isWord || $0 == UInt8(ascii: "-") }
    let first = end(from: start + 3, while: isPart)
    let second = byte(first) == UInt8(ascii: ".") ? end(from: first + 1, while: isPart) : first
    guard first - start >= 11, second - first >= 9, byte(second) == UInt8(ascii: ".") else {
      endOfNoToken = first
      return nil
    }
    return start..<end(from: second + 1, while: isPart)
  }

  /// The value of a header that authenticates, or a password as auth.json has it, in any letter case; the name may be
  /// quoted as in JSON.
  private func headerValue(at start: Int) -> Range<Int>? {
    for name in Self.secretHeaders where matchesIgnoringCase(name, at: start) {
      var value = start + name.utf8.count
      if let quote = byte(value), quote.isQuote { value += 1 }
      guard byte(value) == UInt8(ascii: ":") else { return nil }
      value = end(from: value + 1) { $0 == 0x20 || $0 == 0x09 }
      if let quote = byte(value), quote.isQuote { value += 1 }
      return value..<end(from: value) { $0 != 0x0A && $0 != 0x0D && !$0.isQuote }
    }
    return nil
  }

  private static let secretHeaders = [
    "authorization", "private-token", "job-token", "deploy-token", "x-gitlab-token", "x-api-key", "password",
  ]

  /// `Bearer` and `Basic` with what follows, wherever they stand.
  private func scheme(at start: Int) -> Range<Int>? {
    if matchesIgnoringCase("bearer", at: start), let value = afterSpace(start + 6) {
      let stop = end(from: value) { $0.isWord || ".~+/=-".utf8.contains($0) }
      return stop - value >= 12 ? value..<stop : nil
    }
    if matchesIgnoringCase("basic", at: start), let value = afterSpace(start + 5) {
      let stop = end(from: value) { $0.isAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
      return stop - value >= 16 ? value..<end(from: stop, limit: 2) { $0 == UInt8(ascii: "=") } : nil
    }
    return nil
  }

  /// The value of a URL's parameter whose name says that it is secret.
  private func queryValue(at start: Int) -> Range<Int>? {
    let nameEnd = end(from: start + 1) { $0.isWord || $0 == UInt8(ascii: "-") }
    guard byte(nameEnd) == UInt8(ascii: "=") else { return nil }
    let name = String(decoding: text[(start + 1)..<nameEnd], as: UTF8.self).lowercased()
    guard Self.secretParameters.contains(name) || Self.secretEndings.contains(where: name.hasSuffix) else {
      return nil
    }
    return
      (nameEnd + 1)..<end(from: nameEnd + 1) {
        !$0.isSpace && !$0.isQuote && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "<")
          && $0 != UInt8(ascii: ">")
      }
  }

  static let secretParameters = ["auth", "sig", "pass"]
  static let secretEndings = ["token", "secret", "signature", "password", "passwd", "key"]

  /// Whoever knows the path of a Slack webhook can post to it.
  private func webhookPath(at start: Int) -> Range<Int>? {
    let host = "hooks.slack.com/"
    guard matchesIgnoringCase(host, at: start) else { return nil }
    let kind = start + host.utf8.count
    let path = end(from: kind) { $0.isAlphanumeric }
    // `services`, `workflows` and `triggers` say nothing; whatever else comes there may.
    let first = path > kind && byte(path) == UInt8(ascii: "/") ? path + 1 : kind
    return
      first..<end(from: first) {
        !$0.isSpace && !$0.isQuote && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
      }
  }

  /// A private key as PEM, to its last line, or to the end of the text that was cut off before.
  private func privateKey(at start: Int) -> Range<Int>? {
    let begin = "-----BEGIN "
    guard matches(begin, at: start), let body = afterKeyLabel(start + begin.utf8.count) else { return nil }
    var position = body
    while position < text.count {
      if text[position] == UInt8(ascii: "-"), matches("-----END ", at: position),
        let last = afterKeyLabel(position + 9)
      {
        return start..<last
      }
      position += 1
    }
    return start..<text.count
  }

  /// What comes after `OPENSSH PRIVATE KEY-----`.
  private func afterKeyLabel(_ start: Int) -> Int? {
    let stop = end(from: start) { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == 0x20 }
    let label = "PRIVATE KEY"
    guard stop - start >= label.utf8.count, matches(label, at: stop - label.utf8.count),
      matches("-----", at: stop)
    else { return nil }
    return stop + 5
  }

  // MARK: - Reading

  private func byte(_ index: Int) -> UInt8? { index < text.count ? text[index] : nil }

  private func end(from start: Int, limit: Int = .max, while isPart: (UInt8) -> Bool) -> Int {
    var index = start
    while index < text.count, index - start < limit, isPart(text[index]) { index += 1 }
    return index
  }

  /// Where the first word after a space begins; nil where no space is.
  private func afterSpace(_ start: Int) -> Int? {
    let stop = end(from: start) { $0.isSpace }
    return stop > start ? stop : nil
  }

  private func matches(_ word: String, at start: Int) -> Bool {
    start + word.utf8.count <= text.count && zip(word.utf8, text[start...]).allSatisfy { $0 == $1 }
  }

  private func matches(_ word: String, at start: Int, until stop: Int) -> Bool {
    stop - start == word.utf8.count && matches(word, at: start)
  }

  /// - Parameter word: in small letters.
  private func matchesIgnoringCase(_ word: String, at start: Int) -> Bool {
    start + word.utf8.count <= text.count
      && zip(word.utf8, text[start...]).allSatisfy { $0 == ($1.isLetter ? $1 | 0x20 : $1) }
  }

  private func isWebScheme(before colon: Int) -> Bool {
    (colon >= 4 && matchesIgnoringCase("http", at: colon - 4))
      || (colon >= 5 && matchesIgnoringCase("https", at: colon - 5))
  }

  /// The next `@`; remembered, so that a text full of colons is not searched from each of them.
  private mutating func nextAt(from start: Int) -> Int {
    if knownAt < start { knownAt = end(from: start) { $0 != UInt8(ascii: "@") } }
    return knownAt
  }

  private mutating func nextSpace(from start: Int) -> Int {
    if knownSpace < start { knownSpace = end(from: start) { !$0.isSpace } }
    return knownSpace
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  fileprivate var isAlphanumeric: Bool { isDigit || isLetter }
  fileprivate var isWord: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
  fileprivate var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
}
