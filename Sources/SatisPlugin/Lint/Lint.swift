import Foundation
import KubernetesClient
import SatisAPI

/// Looks for mistakes in satis.json and in manifests, before they are applied.
public struct Lint {
  /// A file to look at.
  public struct Input: Sendable {
    /// As it is named in findings.
    public var name: String
    /// What is in it.
    public var bytes: [UInt8]

    /// Names a file.
    public init(name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  /// What was found, file by file and from top to bottom.
  public private(set) var findings: [Finding] = []
  /// How many satis.json and objects were looked at.
  public private(set) var count = 0
  private var objects: [ManifestObject] = []

  /// Whether anything was found that must not be applied.
  public var hasErrors: Bool { findings.contains { $0.severity == .error } }

  /// What was found, in a sentence.
  public var summary: String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    let what = "looked at \(count) satis.json and objects"
    return findings.isEmpty ? "\(what): nothing is wrong" : "\(what): \(errors) errors, \(warnings) warnings"
  }

  /// Looks at files together, since one may hold what another names.
  public init(_ inputs: [Input]) {
    for input in inputs { read(input) }
    for object in objects { check(object) }
    if count == 0, findings.isEmpty {
      // Of several files, those that hold something else are none of its business.
      for input in inputs {
        report(
          input.name, "there is no satis.json and no SatisRepository or SatisBuild in the file",
          "name the files that have them", .warning)
      }
    }
    let order = Dictionary(inputs.enumerated().map { ($1.name, $0) }) { first, _ in first }
    findings = findings.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      return (order[one.file] ?? 0, one.line, one.column, left.offset)
        < (order[other.file] ?? 0, other.line, other.column, right.offset)
    }.map(\.element)
  }

  private mutating func read(_ input: Input) {
    guard let text = String(validating: input.bytes, as: UTF8.self) else {
      report(input.name, "the file is not in UTF-8", "save it as UTF-8")
      return
    }
    if Self.isSatisJSON(text, named: input.name) {
      count += 1
      lint(text, at: TextPlace(file: input.name))
      return
    }
    let file = ManifestFile(name: input.name, text: text)
    if let problem = file.problem { findings.append(problem) }
    objects += file.objects
  }

  private mutating func report(
    _ file: String, _ message: String, _ remedy: String, _ severity: Finding.Severity = .error
  ) {
    findings.append(
      Finding(file: file, line: 1, column: 1, severity: severity, message: message, remedy: remedy))
  }

  /// JSON that is no object of Kubernetes; a satis.json may be too broken to be read.
  private static func isSatisJSON(_ text: String, named name: String) -> Bool {
    let start = text.first { !$0.isWhitespace && $0 != "\u{FEFF}" }
    guard name.hasSuffix(".json") || start == "{" || start == "[" || start == nil else { return false }
    let root = LenientJSON.read(text).root
    return root?["apiVersion"] == nil && root?["kind"] == nil
  }

  private mutating func lint(_ text: String, at place: TextPlace) {
    findings += SatisLint.faults(in: text).map { place.finding($0, in: text) }
  }

  // MARK: - Objects

  private mutating func check(_ object: ManifestObject) {
    switch object.kind {
    case "SatisRepository", "SatisBuild": checkResource(object)
    case "ConfigMap", "Secret":
      for text in object.satisJSONs(namedBy: objects) {
        count += 1
        lint(text.text, at: object.place(ofTextAt: text.path, isEncoded: text.isEncoded))
      }
    default: break
    }
  }

  private mutating func checkResource(_ object: ManifestObject) {
    count += 1
    let version = SatisRepository.resourceType.apiVersion
    guard object.apiVersion == version, let schema = ResourceSchema.schema(ofKind: object.kind) else {
      findings.append(
        object.finding(
          at: JSONPath() / "apiVersion", .error, "there is no \(object.kind) in '\(object.apiVersion)'",
          "write \(version)"))
      return
    }
    if object.name.isEmpty, object.value["metadata"]?["generateName"] == nil {
      findings.append(
        object.finding(
          at: JSONPath() / "metadata", .error, "the \(object.kind) has no name", "write metadata.name"))
    }
    let lint = SchemaLint(object, schema)
    findings += lint.findings
    if object.kind == "SatisRepository" { checkRepository(object, lint) } else { checkBuild(object) }
  }

  private mutating func checkRepository(_ object: ManifestObject, _ schema: SchemaLint) {
    let inline = JSONPath() / "spec" / "config" / "inline"
    let text = object.text(at: inline)
    if let text {
      count += 1
      lint(text, at: object.place(ofTextAt: inline))
    }
    let configuration = text ?? object.configuration(in: objects)
    findings +=
      RepositoryLint(
        object, schema: schema, others: objects, configuration: configuration
      ).findings
  }

  /// Whether a build asks for a source that its repository has, where that is in the files.
  private mutating func checkBuild(_ object: ManifestObject) {
    let spec = object.value["spec"]
    let name = spec?["repositoryRef"]?["name"]?.text
    let source = SatisBuild.Source(
      url: spec?["source"]?["url"]?.text, package: spec?["source"]?["package"]?.text)
    guard source.url != nil || source.package != nil,
      let repository = objects.first(where: {
        $0.kind == "SatisRepository" && $0.name == name && $0.mayShareNamespace(with: object)
      }),
      let text = repository.text(at: JSONPath() / "spec" / "config" / "inline")
        ?? repository.configuration(in: objects),
      let known = try? SatisConfiguration(
        text: text, aliases: RepositoryLint.decoded(repository.value)?.spec.sourceAliases ?? [])
    else { return }
    do throws(SatisConfiguration.Refusal) {
      _ = try known.match(source)
    } catch {
      findings.append(
        object.finding(at: JSONPath() / "spec" / "source", .error, error.problem, error.remedy))
    }
  }
}
