import Crypto
import FoundationEssentials

/// What a call brings along to show that its sender holds the secret.
enum Proof: Sendable {
  /// The HMAC-SHA256 of a text (RFC 2104), keyed with the secret.
  case signature([UInt8], of: [UInt8])
  /// Codes of a text by the Standard Webhooks specification, one of which has to fit.
  case standardSignatures([[UInt8]], of: [UInt8])
  /// The secret itself.
  case token([UInt8])

  /// Reads `sha256=` and 64 hexadecimal digits, in either letter case.
  ///
  /// - Throws: `Refusal.unauthorized` for anything else.
  init(signature header: String, of content: [UInt8]) throws(Refusal) {
    let prefix = "sha256="
    guard header.hasPrefix(prefix), let code = Self.code(header.dropFirst(prefix.count)) else {
      throw .unauthorized("the signature is not 'sha256=' and 64 hexadecimal digits")
    }
    self = .signature(code, of: content)
  }

  /// Reads 64 hexadecimal digits, in either letter case: the code of a `signature`.
  ///
  /// - Throws: `Refusal.unauthorized` for anything else.
  static func code(bareSignature header: String) throws(Refusal) -> [UInt8] {
    guard let code = Self.code(header[...]) else {
      throw .unauthorized("the signature is not 64 hexadecimal digits")
    }
    return code
  }

  private static func code(_ digits: Substring) -> [UInt8]? {
    guard digits.utf8.count == 2 * SHA256.byteCount else { return nil }
    return [UInt8](hexadecimal: digits)
  }

  /// Whether the proof was made with the secret, found out in a time that tells nothing about it.
  func fits(_ secret: [UInt8]) -> Bool {
    switch self {
    case .signature(let code, let content):
      return HMAC<SHA256>.isValidAuthenticationCode(
        code, authenticating: content, using: SymmetricKey(data: secret))
    case .standardSignatures(let codes, let content):
      let right = HMAC<SHA256>.authenticationCode(for: content, using: Self.standardKey(secret))
      return codes.reduce(false) { fits, code in right == code || fits }
    case .token(let token):
      // Codes under a random key are compared instead of the texts, whose lengths differ.
      let key = SymmetricKey(size: .bits256)
      let code = HMAC<SHA256>.authenticationCode(for: token, using: key)
      return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: secret, using: key)
    }
  }

  /// The key that a secret stands for: `whsec_` and the key in base64, or the text as it is.
  private static func standardKey(_ secret: [UInt8]) -> SymmetricKey {
    let prefix = Array("whsec_".utf8)
    guard secret.starts(with: prefix), let key = Data(base64Encoded: Data(secret.dropFirst(prefix.count))),
      // Anybody can sign with nothing.
      !key.isEmpty
    else { return SymmetricKey(data: secret) }
    return SymmetricKey(data: key)
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
  func fit(_ proof: Proof) -> Bool {
    // Every secret is tried, whatever came out before, again so that the time taken tells nothing.
    values.reduce(false) { fits, secret in proof.fits(secret) || fits }
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
