import Crypto

/// What a call brings along to show that its sender holds the secret.
enum Proof: Sendable {
  /// The HMAC-SHA256 of the raw body (RFC 2104), keyed with the secret.
  case signature([UInt8])
  /// The secret itself.
  case token([UInt8])

  /// Reads `sha256=` and 64 hexadecimal digits, in either letter case.
  ///
  /// - Throws: `Refusal.unauthorized` for anything else.
  init(signature header: String) throws(Refusal) {
    let prefix = "sha256="
    guard header.hasPrefix(prefix), let code = [UInt8](hexadecimal: header.dropFirst(prefix.count)),
      code.count == SHA256.byteCount
    else {
      throw .unauthorized("the signature is not 'sha256=' and 64 hexadecimal digits")
    }
    self = .signature(code)
  }
}

/// The secrets of a repository, any of which lets a call in.
struct SharedSecrets: Sendable {
  /// As many as a SatisRepository may name.
  static let limit = 8

  private let values: [[UInt8]]

  /// Empty secrets are left out: anybody can sign with nothing.
  ///
  /// The rest of the places is taken by a secret that nobody knows. A call is thereby checked against the same
  /// number of secrets wherever it goes, and the time it takes does not tell whether a repository exists.
  init(_ secrets: [[UInt8]]) {
    let usable = secrets.filter { !$0.isEmpty }.prefix(Self.limit)
    values = usable + Array(repeating: Self.unknown, count: Self.limit - usable.count)
  }

  /// Whether the proof was made with one of the secrets.
  func fit(_ proof: Proof, body: [UInt8]) -> Bool {
    // Every secret is tried, whatever came out before, again so that the time taken tells nothing.
    values.reduce(false) { fits, secret in Self.fits(proof, secret: secret, body: body) || fits }
  }

  private static func fits(_ proof: Proof, secret: [UInt8], body: [UInt8]) -> Bool {
    switch proof {
    case .signature(let code):
      return HMAC<SHA256>.isValidAuthenticationCode(
        code, authenticating: body, using: SymmetricKey(data: secret))
    case .token(let token):
      // Codes under a random key are compared instead of the texts, whose lengths differ.
      let key = SymmetricKey(size: .bits256)
      let code = HMAC<SHA256>.authenticationCode(for: token, using: key)
      return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: secret, using: key)
    }
  }

  private static let unknown = SymmetricKey(size: .bits256).withUnsafeBytes { [UInt8]($0) }
}

extension [UInt8] {
  /// The bytes written as pairs of hexadecimal digits; nil for any other text.
  fileprivate init?(hexadecimal text: Substring) {
    let digits = text.utf8.map(hexadecimalDigit)
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      append(high << 4 | low)
    }
  }
}
