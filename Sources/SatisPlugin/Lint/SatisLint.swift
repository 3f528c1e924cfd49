import KubernetesClient
import SatisAPI

/// What is wrong with the text of a satis.json: all that the controller, the runner and Satis itself would refuse, and
/// what is hardly meant.
///
/// What the controller refuses is asked of the controller's own check (`SatisConfiguration.refusals`).
struct SatisLint {
  private(set) var faults: [Fault] = []
  let root: PlacedJSON

  /// Looks for mistakes, in the order of the text.
  static func faults(in text: String) -> [Fault] {
    if let refusal = SatisConfiguration.refusal(ofLengthOf: text) {
      return [Fault(offset: 0, severity: .error, message: refusal.problem, remedy: refusal.remedy)]
    }
    let (root, problems) = LenientJSON.read(text)
    let syntax = problems.map {
      Fault(offset: $0.offset, severity: .error, message: $0.message, remedy: $0.remedy)
    }
    guard let root else { return syntax }
    var lint = SatisLint(root: root)
    lint.check()
    return (syntax + lint.faults).uniqued.sorted { $0.offset < $1.offset }
  }

  private init(root: PlacedJSON) {
    self.root = root
  }

  private mutating func check() {
    for refusal in SatisConfiguration.refusals(of: root.plain) {
      error(at: root.offset(of: refusal.path), refusal.problem, refusal.remedy)
    }
    checkRepeatedNames(in: root)
    guard root.members != nil else { return }
    checkShape()
    checkWhole()
    checkArchive()
    checkSources()
    checkSelection()
  }

  mutating func error(at offset: Int, _ message: String, _ remedy: String) {
    faults.append(Fault(offset: offset, severity: .error, message: message, remedy: remedy))
  }

  mutating func warn(at offset: Int, _ message: String, _ remedy: String) {
    faults.append(Fault(offset: offset, severity: .warning, message: message, remedy: remedy))
  }

  /// Of two members with one name the first is lost.
  private mutating func checkRepeatedNames(in value: PlacedJSON) {
    var seen: Set<String> = []
    for member in value.members ?? [] {
      if !seen.insert(member.name).inserted {
        error(
          at: member.offset, "\"\(member.name)\" is there twice, and only this one counts",
          "remove one of them, or put what they say together")
      }
      checkRepeatedNames(in: member.value)
    }
    for element in value.elements ?? [] { checkRepeatedNames(in: element) }
  }

  // MARK: - What concerns the whole

  /// Members of `config` that hold credentials, as auth.json has them.
  static let credentialNames: Set<String> = [
    "bearer", "bitbucket-oauth", "custom-headers", "github-oauth", "gitlab-oauth", "gitlab-token",
    "http-basic",
  ]

  private mutating func checkWhole() {
    if let homepage = root["homepage"], let text = homepage.text {
      if RedactedURL(text).hidesPassword {
        error(
          at: homepage.offset, "homepage contains a password, which Satis would publish",
          "take it out; readers give theirs in their own auth.json")
      } else if text.lowercased().hasPrefix("http://"), !Self.isInsideCluster(text) {
        warn(
          at: homepage.offset, "homepage is not https: composer refuses such a repository",
          "write https://, or tell every user to set secure-http to false")
      }
    }
    if let member = root.member("output-dir") {
      warn(
        at: member.offset, "output-dir counts for nothing: the operator says where Satis writes",
        "remove it; spec.output of the SatisRepository is the place")
    }
    if let member = root.member("twig-template") {
      warn(
        at: member.offset,
        "twig-template names a file, which the image or a volume of spec.podTemplate has to bring",
        "remove it, or mount the file there")
    }
    for member in root["config"]?.members ?? [] where Self.credentialNames.contains(member.name) {
      warn(
        at: member.offset, "config.\(member.name) has credentials in it, which whoever reads this file sees",
        "move it into auth.json and name that in spec.credentials.composerAuth")
    }
    if root["includes"]?.flag == false, root["providers"]?.flag != true, let member = root.member("includes")
    {
      warn(
        at: member.offset, "without includes and providers every push builds everything",
        "remove includes, or set providers to true")
    }
  }

  /// Names that only a cluster or a machine knows; composer has to be told of them anyway.
  private static func isInsideCluster(_ url: String) -> Bool {
    guard let host = SourceURL(url + "/x")?.host else { return false }
    return !host.contains(".")
      || [".svc", ".svc.cluster.local", ".localhost"].contains { host.hasSuffix($0) }
  }

  private mutating func checkArchive() {
    guard let member = root.member("archive"), member.value.members != nil else { return }
    let archive = member.value
    guard let directory = archive["directory"] else {
      error(
        at: member.offset, "archive has no \"directory\", which Satis requires",
        "write \"directory\": \"dist\"")
      return
    }
    guard let path = directory.text else { return }
    if path.hasPrefix("/") {
      warn(
        at: directory.offset,
        "archive.directory '\(path)' is taken to lie in the output, as if it had no slash before it",
        "write a relative one, as in dist")
    }
    let isEmpty = path.allSatisfy { $0 == "/" || $0 == "." }
    if isEmpty || path.split(separator: "/").contains("..") {
      error(
        at: directory.offset, "archive.directory '\(path)' is no path inside of the output",
        "write a relative one, as in dist")
    }
    if let prefix = archive["prefix-url"], let url = prefix.text, RedactedURL(url).hidesPassword {
      error(
        at: prefix.offset, "archive.prefix-url contains a password, which Satis would publish",
        "take it out; readers give theirs in their own auth.json")
    }
  }
}

extension [Fault] {
  /// Without the second of two rules that found the same.
  fileprivate var uniqued: Self {
    var seen: Set<Fault> = []
    return filter { seen.insert($0).inserted }
  }
}
