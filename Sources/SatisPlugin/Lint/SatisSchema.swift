/// What Satis takes in a satis.json, by the schema that it checks the file against before anything else.
///
/// Source: `res/satis-schema.json` of composer/satis; `includes` is not in it, and read all the same.
indirect enum SatisShape: Sendable {
  case text
  /// A URL with a host, over http or https.
  case url
  case flag
  case integer
  case oneOf([String])
  case list(of: SatisShape)
  /// Names that are free.
  case map(of: SatisShape)
  /// Names that are known.
  case object([String: SatisShape])
  case anyOf([SatisShape])
  case null
  case anything

  /// The kinds in words.
  var words: String {
    switch self {
    case .text, .oneOf: "a text"
    case .url: "a URL"
    case .flag: "true or false"
    case .integer: "a whole number"
    case .list: "a list"
    case .map, .object: "an object"
    case .anyOf(let shapes): shapes.map(\.words).joined(separator: " or ")
    case .null: "null"
    case .anything: "anything"
    }
  }

  /// The members of a satis.json.
  static let satisJSON: [String: SatisShape] = [
    "_comment": .anyOf([.text, .list(of: .text)]),
    "abandoned": .map(of: .anyOf([.flag, .text])),
    "archive": .object(archive),
    "blacklist": .map(of: .text),
    "config": .map(of: .anything),
    "description": .text,
    "exclude-types": .list(of: .text),
    "homepage": .url,
    "include-filename": .text,
    "include-types": .anyOf([.list(of: .text), .null]),
    "includes": .flag,
    "minimum-stability": stability,
    "minimum-stability-per-package": .map(of: stability),
    "name": .text,
    "notify-batch": .text,
    "only-best-candidates": .flag,
    "only-dependencies": .flag,
    "output-dir": .text,
    "output-html": .flag,
    "pretty-print": .flag,
    "providers": .flag,
    "providers-history-size": .integer,
    "repositories": .anyOf([.list(of: .anything), .map(of: .anything)]),
    "repositories-dep": .anyOf([.list(of: .anything), .map(of: .anything)]),
    "require": .map(of: .text),
    "require-all": .flag,
    "require-dependencies": .flag,
    "require-dependency-filter": .flag,
    "require-dev-dependencies": .flag,
    "strip-hosts": .anyOf([.list(of: .text), .flag]),
    "twig-template": .text,
  ]

  private static let archive: [String: SatisShape] = [
    // Refused by a rule of its own.
    "absolute-directory": .anything,
    "blacklist": .list(of: .text),
    "checksum": .flag,
    "directory": .text,
    "format": .oneOf(["zip", "tar"]),
    "ignore-filters": .flag,
    "override-dist-type": .flag,
    "prefix-url": .url,
    "rearchive": .flag,
    "skip-dev": .flag,
    "whitelist": .list(of: .text),
  ]

  private static let stability = SatisShape.oneOf(["dev", "alpha", "beta", "rc", "RC", "stable"])
}
