import KubernetesClient
import SatisAPI

/// Where satis.json comes from.
extension MigrationPlan {
  /// A satis.json that was found, and how the new repository can name it.
  private struct Found {
    var text: String?
    var origin: String
    /// The field and the reference; nil where it has to be inline.
    var reference: (field: String, name: String, key: String)?
  }

  mutating func configuration() throws(PluginFailure) -> CommentedYAML.Member {
    guard let found = findConfiguration() else {
      throw PluginFailure(
        .usage,
        "no satis.json was found: \(worker.title) has it in its image, in a volume, or in an object that is not among these; "
          + "give it with --satis-json FILE")
    }
    guard let text = found.text else {
      note(
        .decide,
        "satis.json is in \(found.origin), which is not among these manifests: look at it with kubectl satis lint"
      )
      return referenceMember(found)
    }
    let (root, problems) = LenientJSON.read(text)
    guard let root, root.members != nil else {
      throw PluginFailure(
        .failed, "satis.json from \(found.origin) is no JSON object; see kubectl satis lint")
    }
    let mending = SatisMending(root, name: "\(name)/packages", homepage: homepage)
    if mending.hadCredentials { needsAuth = true }
    note(.taken, "spec.config: satis.json from \(found.origin)")
    for problem in problems { note(.taken, "mended in satis.json: \(problem.message)") }
    for change in mending.changes { note(.decide, "changed in satis.json: \(change)") }
    if found.reference != nil, problems.isEmpty, mending.changes.isEmpty {
      for fault in SatisLint.faults(in: text) where fault.severity == .error {
        note(.decide, "mend satis.json in \(found.origin): \(fault.message); \(fault.remedy)")
      }
      return referenceMember(found)
    }
    guard let mended = problems.isEmpty && mending.changes.isEmpty ? text : try? mending.root.indented()
    else {
      throw PluginFailure(.failed, "satis.json from \(found.origin) has a number that JSON cannot write")
    }
    if found.reference != nil {
      note(
        .decide,
        "satis.json is inline now, since it had to be changed: \(found.origin) stays as it is and counts no more"
      )
    }
    let comments = mending.changes.map { "Changed: \($0)." }.joined(separator: "\n")
    return .init(
      "config",
      .map([.init("inline", .literal(mended.trimmedForYAML), comment: comments.isEmpty ? nil : comments)]))
  }

  private func referenceMember(_ found: Found) -> CommentedYAML.Member {
    guard let reference = found.reference else { return .init("config", .map([])) }
    return .init(
      "config",
      .map([.init(reference.field, .fields(["name": .text(reference.name), "key": .text(reference.key)]))]))
  }

  private mutating func findConfiguration() -> Found? {
    if let satisJSON { return Found(text: satisJSON, origin: "the file that was given", reference: nil) }
    if let path = worker.call("build")?.configuration ?? worker.call("purge")?.configuration,
      let mount = worker.mount(holding: path), let key = mount.key(ofFile: path)
    {
      used.insert(mount.name)
      if let map = mount.configMap { return held("ConfigMap", map, key) }
      if let secret = mount.secret { return held("Secret", secret, key) }
    }
    let holders = objects.filter {
      ["ConfigMap", "Secret"].contains($0.kind) && $0.text(ofKey: "satis.json") != nil
    }
    guard holders.count == 1, let only = holders.first else { return nil }
    for mount in worker.mounts where mount.configMap == only.name || mount.secret == only.name {
      used.insert(mount.name)
    }
    return held(only.kind, only.name, "satis.json")
  }

  private func held(_ kind: String, _ name: String, _ key: String) -> Found {
    let object = objects.first { $0.kind == kind && $0.name == name }
    return Found(
      text: object?.text(ofKey: key)?.text, origin: "key \(key) of \(kind) \(name)",
      reference: (kind == "Secret" ? "secretKeyRef" : "configMapKeyRef", name, key))
  }

  /// The URL under which composer finds the repository, and whether it counts before that of satis.json.
  private var homepage: (url: String, wins: Bool) {
    let variable = worker.container["env"]?.elements?.first { $0["name"] == "SATIS_HOMEPAGE" }?["value"]?.text
    if let variable, !variable.isEmpty { return (variable, true) }
    for ingress in objects where ingress.kind == "Ingress" {
      let spec = ingress.value["spec"]
      guard let host = spec?["rules"]?.elements?.compactMap({ $0["host"]?.text }).first else { continue }
      return ("\(spec?["tls"] == nil ? "http" : "https")://\(host)", false)
    }
    return ("https://packages.example.org", false)
  }
}

extension String {
  /// As YAML can have it as it is: without blank lines at its ends, and with the line ends of Unix.
  fileprivate var trimmedForYAML: String {
    var text = replacing("\r\n", with: "\n")[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
