import KubernetesClient
import SatisAPI

/// Takes out of an old satis.json what the operator refuses, and says what it was.
struct SatisMending {
  /// What was changed, a sentence each.
  private(set) var changes: [String] = []
  /// Whether credentials were taken out, which belong in an auth.json now.
  private(set) var hadCredentials = false
  private(set) var root: PlacedJSON

  /// - Parameters:
  ///   - name: used where the file has no name.
  ///   - homepage: used where the file has none, and instead of it where the old worker's environment had one.
  init(_ root: PlacedJSON, name: String, homepage: (url: String, wins: Bool)) {
    self.root = root
    guard root.members != nil else { return }
    if root["name"]?.text?.isEmpty != false { set("name", name, "it had no name, which Satis requires") }
    if homepage.wins || root["homepage"]?.text?.isEmpty != false {
      if root["homepage"]?.text != homepage.url {
        set(
          "homepage", homepage.url, homepage.wins ? "SATIS_HOMEPAGE of the old worker" : "it had no homepage")
      }
    }
    remove("output-dir", "spec.output is the place")
    mendArchive()
    mendConfig()
    mendSources()
  }

  private mutating func set(_ name: String, _ text: String, _ why: String) {
    var members = (root.members ?? []).filter { $0.name != name }
    members.insert(
      .init(name: name, offset: 0, value: PlacedJSON(value: .string(text), offset: 0)),
      at: min(members.count, name == "name" ? 0 : 1))
    root.value = .object(members)
    changes.append("\(name) is \(text): \(why)")
  }

  private mutating func remove(_ name: String, _ why: String) {
    guard let members = root.members, root.member(name) != nil else { return }
    root.value = .object(members.filter { $0.name != name })
    changes.append("\(name) was taken out: \(why)")
  }

  private mutating func replace(_ name: String, _ value: PlacedJSON.Value) {
    root.value = .object(
      (root.members ?? []).map { member in
        var member = member
        if member.name == name { member.value.value = value }
        return member
      })
  }

  private mutating func mendArchive() {
    guard let archive = root["archive"], var members = archive.members else { return }
    guard archive.member("absolute-directory") != nil else { return }
    members.removeAll { $0.name == "absolute-directory" }
    if archive.member("directory") == nil {
      members.append(
        .init(name: "directory", offset: 0, value: PlacedJSON(value: .string("dist"), offset: 0)))
    }
    replace("archive", .object(members))
    changes.append(
      "archive.absolute-directory was taken out: archives lie in the output, below archive.directory")
  }

  private mutating func mendConfig() {
    guard let members = root["config"]?.members else { return }
    let kept = members.filter { !SatisLint.credentialNames.contains($0.name) }
    guard kept.count < members.count else { return }
    hadCredentials = true
    if kept.isEmpty {
      root.value = .object((root.members ?? []).filter { $0.name != "config" })
    } else {
      replace("config", .object(kept))
    }
    let names = members.map(\.name).filter(SatisLint.credentialNames.contains)
    changes.append(
      "config.\(names.joined(separator: ", config.")) was taken out: credentials belong in auth.json")
  }

  private mutating func mendSources() {
    guard let list = root["repositories"] else { return }
    if let elements = list.elements {
      replace("repositories", .array(elements.compactMap { mended($0) }))
    } else if let members = list.members {
      replace(
        "repositories",
        .object(
          members.compactMap { member in
            var member = member
            guard let value = mended(member.value) else { return nil }
            member.value = value
            return member
          }))
    }
  }

  /// The entry as it can be taken over; nil for one that cannot.
  private mutating func mended(_ entry: PlacedJSON) -> PlacedJSON? {
    let entry = withoutPasswords(entry)
    let alone = JSONValue.object(["name": "a/b", "homepage": "https://x", "repositories": [entry.plain]])
    guard let refusal = SatisConfiguration.refusals(of: alone).first else { return entry }
    let shown = entry["url"]?.text.map { RedactedURL($0).description } ?? entry["type"]?.text ?? "an entry"
    changes.append("the source \(shown) was taken out: \(refusal.problem.lastSentence); \(refusal.remedy)")
    return nil
  }

  private mutating func withoutPasswords(_ value: PlacedJSON) -> PlacedJSON {
    var value = value
    switch value.value {
    case .array(let elements): value.value = .array(elements.map { withoutPasswords($0) })
    case .object(let members):
      value.value = .object(
        members.map { member in
          var member = member
          guard member.name == "url", let url = member.value.text else {
            member.value = withoutPasswords(member.value)
            return member
          }
          let redacted = RedactedURL(url)
          guard redacted.hidesPassword else { return member }
          hadCredentials = true
          changes.append("the password was taken out of \(redacted): it belongs in auth.json")
          let kept = url.withoutUser
          member.value.value = .string(
            redacted.hidesParameter ? String(kept.prefix { $0 != "?" && $0 != "#" }) : kept)
          return member
        })
    default: break
    }
    return value
  }
}

extension String {
  /// A URL without what stands before its host; the user name of ssh stays, since hosts want it.
  fileprivate var withoutUser: String {
    guard let scheme = firstRange(of: "://"),
      let at = self[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
    else { return self }
    let user = self[scheme.upperBound..<at].prefix { $0 != ":" }
    let isSSH = self[..<scheme.lowerBound].lowercased().hasSuffix("ssh")
    return
      "\(self[..<scheme.upperBound])\(isSSH && !user.isEmpty ? "\(user)@" : "")\(self[index(after: at)...])"
  }

  /// What stands behind the entry's name.
  fileprivate var lastSentence: String {
    firstRange(of: "): ").map { String(self[$0.upperBound...]) } ?? self
  }
}

extension PlacedJSON {
  /// JSON text with members in their order, each on a line; short lists and objects stay on one.
  func indented(margin: String = "") throws -> String {
    let inner = margin + "  "
    let short = try compact()
    if short.count <= 100 - margin.count, !margin.isEmpty { return short }
    switch value {
    case .array(let elements) where !elements.isEmpty:
      let lines = try elements.map { inner + (try $0.indented(margin: inner)) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(margin)]"
    case .object(let members) where !members.isEmpty:
      let lines = try members.map { member in
        "\(inner)\(try JSONValue.string(member.name).serialized()): \(try member.value.indented(margin: inner))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(margin)}"
    default: return short
    }
  }

  private func compact() throws -> String {
    switch value {
    case .array(let elements): "[\(try elements.map { try $0.compact() }.joined(separator: ", "))]"
    case .object(let members):
      "{\(try members.map { "\(try JSONValue.string($0.name).serialized()): \(try $0.value.compact())" }.joined(separator: ", "))}"
    case .number(let text): text
    default: try plain.serialized()
    }
  }
}
