import SatisAPI

/// Kinds of values, known names and allowed words, by Satis's schema.
extension SatisLint {
  mutating func checkShape() {
    for member in root.members ?? [] {
      guard let shape = SatisShape.satisJSON[member.name] else {
        unknown(member, among: SatisShape.satisJSON.keys, in: "satis.json")
        continue
      }
      check(member.value, shape, member.name)
    }
  }

  /// A name that nobody reads.
  mutating func unknown(
    _ member: PlacedJSON.Member, among known: some Sequence<String>, in place: String
  ) {
    if let near = Spelling.nearest(to: member.name, among: known) {
      error(at: member.offset, "\(place) has no \"\(member.name)\"", "write \"\(near)\", if that is meant")
    } else {
      warn(
        at: member.offset, "\"\(member.name)\" is not known in \(place), and Satis may refuse it",
        "remove it; for notes there is \"_comment\"")
    }
  }

  private mutating func check(_ value: PlacedJSON, _ shape: SatisShape, _ name: String) {
    guard shape.fits(value) else {
      // Said by the rule of what is required.
      guard !["name", "repositories"].contains(name) else { return }
      let quoted = value.text.flatMap { shape.remedy(forQuoted: $0) }
      error(
        at: value.offset, "\"\(name)\" is \(value.kind) and has to be \(shape.words)",
        quoted ?? "write \(shape.words)")
      return
    }
    switch shape {
    case .url: checkURL(value, name)
    case .oneOf(let words):
      guard let text = value.text, !words.contains(text) else { return }
      let near = Spelling.nearest(to: text, among: words)
      error(
        at: value.offset, "\"\(name)\" cannot be '\(text)'",
        "write \(near.map { "\($0), or another of " } ?? "one of ")\(words.joined(separator: ", "))")
    case .list(let element):
      for (index, value) in (value.elements ?? []).enumerated() { check(value, element, "\(name)[\(index)]") }
    case .map(let element):
      if ["require", "blacklist", "minimum-stability-per-package"].contains(name),
        value.members?.isEmpty == true
      {
        error(
          at: value.offset, "\"\(name)\" is empty, which Satis refuses",
          "remove it, or write what belongs in it")
      }
      for member in value.members ?? [] { check(member.value, element, "\(name).\(member.name)") }
    case .object(let shapes):
      for member in value.members ?? [] {
        guard let shape = shapes[member.name] else {
          unknown(member, among: shapes.keys, in: "\"\(name)\"")
          continue
        }
        check(member.value, shape, "\(name).\(member.name)")
      }
    case .anyOf(let shapes):
      if let shape = shapes.first(where: { $0.fits(value) }) { check(value, shape, name) }
    case .text, .flag, .integer, .null, .anything: break
    }
  }

  private mutating func checkURL(_ value: PlacedJSON, _ name: String) {
    guard let text = value.text, !text.isEmpty else { return }
    let lower = text.lowercased()
    let rest = ["https://", "http://"].first(where: lower.hasPrefix).map { lower.dropFirst($0.count) }
    let host = rest?.prefix { $0 != "/" && $0 != "?" && $0 != "#" } ?? ""
    guard host.isEmpty || text.contains(where: \.isWhitespace) else { return }
    error(
      at: value.offset, "\"\(name)\" is no URL: '\(RedactedURL(text))'",
      "write it with scheme and host, as in https://packages.example.org")
  }
}

extension SatisShape {
  /// Whether a value is of this kind at all.
  func fits(_ value: PlacedJSON) -> Bool {
    switch (self, value.value) {
    case (.text, .string), (.url, .string), (.oneOf, .string), (.flag, .bool), (.list, .array),
      (.map, .object),
      (.object, .object), (.null, .null), (.anything, _):
      true
    case (.integer, .number(let text)): Int64(text) != nil
    case (.anyOf(let shapes), _): shapes.contains { $0.fits(value) }
    // PHP has one kind of array: an empty list is an empty object as well.
    case (.map, .array(let elements)), (.object, .array(let elements)): elements.isEmpty
    default: false
    }
  }

  /// What to do about a text that is right but for its quotation marks.
  fileprivate func remedy(forQuoted text: String) -> String? {
    switch self {
    case .flag where ["true", "false"].contains(text.lowercased()):
      "write \(text.lowercased()) without quotation marks"
    case .integer where Int64(text) != nil: "write \(text) without quotation marks"
    case .list: "write [\"\(text)\"]"
    case .anyOf(let shapes): shapes.lazy.compactMap { $0.remedy(forQuoted: text) }.first
    default: nil
    }
  }
}
