import Foundation
import KubernetesClient
import SatisAPI
import SatisController

/// What is wrong with a SatisRepository beyond its schema: what the controller would say of it, and how it fits to what
/// is in the files beside it.
struct RepositoryLint {
  private(set) var findings: [Finding] = []
  private let object: ManifestObject
  private let others: [ManifestObject]
  private let schema: SchemaLint
  /// The text of its satis.json, where it is in the files.
  private let configuration: String?

  /// - Parameter configuration: the text of its satis.json; nil where the files do not have it.
  init(_ object: ManifestObject, schema: SchemaLint, others: [ManifestObject], configuration: String?) {
    self.object = object
    self.others = others.filter { $0.mayShareNamespace(with: object) }
    self.schema = schema
    self.configuration = configuration
    guard let repository = Self.decoded(object.value) else {
      if schema.findings.isEmpty {
        complain(
          JSONPath(), "this cannot be read as a SatisRepository",
          "compare it with kubectl explain satisrepository")
      }
      return
    }
    checkTemplate(repository)
    checkSchedule(repository)
    checkBuild(repository)
    checkNotifications(repository)
    checkReferences()
    checkSources(repository)
    checkOutput(repository)
  }

  /// The repository as the controller reads it; nil where that fails.
  static func decoded(_ value: JSONValue) -> SatisRepository? {
    guard let text = try? value.serialized() else { return nil }
    return try? JSONDecoder().decode(SatisRepository.self, from: Data(text.utf8))
  }

  private mutating func complain(
    _ path: JSONPath, _ message: String, _ remedy: String, severity: Finding.Severity = .error
  ) {
    findings.append(object.finding(at: path, severity, message, remedy))
  }

  /// A sentence of the controller, which has the remedy behind a semicolon or at least a colon.
  private mutating func complain(_ path: JSONPath, said sentence: String) {
    let mark = sentence.firstRange(of: "; ") ?? sentence.ranges(of: ": ").last
    complain(
      path, mark.map { String(sentence[..<$0.lowerBound]) } ?? sentence,
      mark.map { String(sentence[$0.upperBound...]) } ?? "correct it")
  }

  // MARK: - What the controller says

  private mutating func checkTemplate(_ repository: SatisRepository) {
    let path = JSONPath() / "spec" / "podTemplate"
    // The definition has most of these rules, too.
    guard !schema.hasFinding(in: path), let problem = repository.spec.podTemplate?.problem else { return }
    let words = problem.split(separator: ":", maxSplits: 1)[0].split(separator: ".").dropFirst(2)
    complain(words.reduce(path) { $0 / String($1.prefix { $0 != "[" }) }, said: problem)
  }

  private mutating func checkSchedule(_ repository: SatisRepository) {
    for field in ["full", "purge"] {
      let path = JSONPath() / "spec" / "schedule" / field
      var one = repository
      if field == "full" { one.spec.schedule?.purge = nil } else { one.spec.schedule?.full = nil }
      guard !schema.hasFinding(in: path), let problem = one.scheduleProblem else { continue }
      complain(
        problem.contains("time zone; write a name") ? JSONPath() / "spec" / "schedule" / "timeZone" : path,
        said: problem)
    }
  }

  // MARK: - What the definition says in CEL

  private mutating func checkBuild(_ repository: SatisRepository) {
    let path = JSONPath() / "spec" / "build"
    let (first, most) = (
      repository.spec.build?.backoffSeconds ?? 10, repository.spec.build?.maxBackoffSeconds ?? 300
    )
    if first > most {
      complain(
        path / "backoffSeconds", "backoffSeconds (\(first)) is above maxBackoffSeconds (\(most))",
        "lower the one or raise the other")
    }
    for (index, variable) in (repository.spec.build?.env ?? []).enumerated()
    where RedactedText(variable.value).description != variable.value {
      complain(
        path / "env" / index / "value",
        "the variable \(variable.name) has a credential in it, which whoever reads the repository sees",
        "name it in spec.credentials, or leave it out of the URL", severity: .warning)
    }
  }

  private mutating func checkNotifications(_ repository: SatisRepository) {
    for (index, receiver) in (repository.spec.notifications ?? []).enumerated()
    where receiver.type == .slack && receiver.signingSecretRef != nil {
      complain(
        JSONPath() / "spec" / "notifications" / index / "signingSecretRef", "Slack checks no signature",
        "remove signingSecretRef, or set type to Webhook")
    }
  }

  // MARK: - What it names

  private mutating func checkReferences() {
    let spec = object.value["spec"] ?? .null
    for reference in ReferencedKey.all(in: spec, at: JSONPath() / "spec") {
      guard let target = others.first(where: { $0.kind == reference.kind && $0.name == reference.name })
      else { continue }
      let keys = ["data", "stringData", "binaryData"].flatMap { (target.value[$0]?.members ?? [:]).keys }
      guard !keys.contains(reference.key) else {
        checkSecret(reference, target)
        continue
      }
      complain(
        reference.path / "key", "\(reference.kind) '\(reference.name)' has no key '\(reference.key)'",
        Spelling.nearest(to: reference.key, among: keys).map { "write \($0), if that is meant" }
          ?? "add the key, or name one of \(keys.sorted().joined(separator: ", "))")
    }
  }

  private mutating func checkSecret(_ reference: ReferencedKey, _ target: ManifestObject) {
    guard reference.path.steps.contains(.member("secretRefs")) else { return }
    let values = [target.value["data"]?[reference.key], target.value["stringData"]?[reference.key]].compactMap
    { $0?.text }
    if let value = values.last, value.isEmpty {
      complain(
        reference.path,
        "the secret '\(reference.key)' of '\(reference.name)' is empty: every call is refused",
        "put into it what `openssl rand -hex 32` prints", severity: .warning)
    }
  }

  private mutating func checkSources(_ repository: SatisRepository) {
    guard let configuration, let known = try? SatisConfiguration(text: configuration) else { return }
    for (index, alias) in (repository.spec.sourceAliases ?? []).enumerated() {
      do throws(SatisConfiguration.Refusal) {
        _ = try known.match(.init(url: alias.source))
      } catch {
        complain(
          JSONPath() / "spec" / "sourceAliases" / index / "source", error.problem,
          "write a URL that is in its repositories")
      }
    }
    let urls = known.repositories.compactMap(\.url)
    let credentials = repository.spec.credentials
    if urls.contains(where: { $0.isSSH }), credentials?.sshKey == nil || credentials?.knownHosts == nil {
      let missing = [
        credentials?.sshKey == nil ? "sshKey" : nil, credentials?.knownHosts == nil ? "knownHosts" : nil,
      ].compactMap(\.self).joined(separator: " and ")
      complain(
        JSONPath() / "spec" / "credentials",
        "satis.json has sources over ssh, and spec.credentials has no \(missing)",
        "name the keys of a Secret with the deploy key and with what ssh-keyscan prints for the host",
        severity: .warning)
    }
  }

  private mutating func checkOutput(_ repository: SatisRepository) {
    for other in others where other.kind == "SatisRepository" && other.name != object.name {
      guard let neighbour = Self.decoded(other.value), neighbour.spec.output.overlaps(repository.spec.output)
      else {
        continue
      }
      complain(
        JSONPath() / "spec" / "output",
        "the output is that of SatisRepository '\(other.name)' as well, or lies in or around it",
        "give each a directory of its own in spec.output.path")
    }
  }
}

extension String {
  fileprivate var isSSH: Bool { hasPrefix("ssh://") || hasPrefix("git+ssh://") || !contains("://") }
}
