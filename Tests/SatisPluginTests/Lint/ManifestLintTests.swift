import Foundation
import SatisPlugin
import Testing

/// Mistakes in manifests, with their places in the file.
@Suite struct ManifestLintTests {
  private func lint(_ text: String, named name: String = "repository.yaml") -> Lint {
    Lint([.init(name: name, bytes: Array(text.utf8))])
  }

  private func repository(_ spec: String, config: String = "    inline: '\(Self.satisJSON)'") -> String {
    """
    apiVersion: satis.dev/v1alpha1
    kind: SatisRepository
    metadata: {name: packages}
    spec:
      config:
    \(config)
      output: {claimName: satis-output}
    \(spec)
    """
  }

  private static let satisJSON =
    #"{"name": "a/b", "homepage": "https://x.org", "repositories": [{"type": "vcs", "url": "https://h.org/l.git"}]}"#

  @Test func `a repository without mistakes has none`() {
    #expect(lint(repository("")).findings == [])
  }

  @Test func `the examples of the installation have no mistakes but those they speak of`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
    for (name, count) in [("repository.yaml", 1), ("repository-full.yaml", 0), ("build.yaml", 0)] {
      let data = try Data(contentsOf: root.appendingPathComponent("deploy/example/\(name)"))
      let lint = Lint([.init(name: name, bytes: [UInt8](data))])
      #expect(!lint.hasErrors, "\(lint.findings)")
      // The secret that has to be replaced.
      #expect(lint.findings.count == count, "\(lint.findings)")
    }
  }

  @Test func `a mistake in an inline satis.json has its line in the manifest`() {
    let findings = lint(
      """
      # A repository.
      apiVersion: satis.dev/v1alpha1
      kind: SatisRepository
      metadata: {name: packages}
      spec:
        output: {claimName: satis-output}
        config:
          inline: |
            {
              "name": "acme/packages",
              "homepage": "https://packages.example.org",
              "repositories": [
                {"type": "vcs", "url": "https://git.example.org/acme/lib.git"},
              ],
              "minimum-stability": "stabel"
            }
      """
    ).findings
    #expect(findings.map { "\($0.line):\($0.column)" } == ["13:73", "15:30"])
    #expect(
      findings.map(\.message) == [
        "a comma before the closing bracket", "\"minimum-stability\" cannot be 'stabel'",
      ])
  }

  @Test func `a satis.json in one line of YAML is placed by its own line and column`() throws {
    let finding = try #require(
      lint(repository("", config: "    inline: '{\"name\": 1}'")).findings.first {
        $0.message.contains("name")
      })
    #expect(finding.line == 6)
    #expect(finding.message.hasPrefix("in spec.config.inline, line 1, column 10: "))
  }

  @Test(arguments: [
    ("  suspend: true", "there is no field spec.suspend", "remove it"),
    ("  shedule: {full: '0 3 * * *'}", "there is no field spec.shedule", "write schedule"),
    ("  state: Suspend", "spec.state cannot be 'Suspend'", "write Suspended"),
    (
      "  build: {retryLimit: many}", "spec.build.retryLimit is a text and has to be a whole number",
      "from 0 (never) to 20"
    ),
    ("  build: {retryLimit: 1000}", "spec.build.retryLimit cannot be 1000", "write a number from 0 to"),
    ("  build: {options: [Minify, Minify]}", "spec.build.options[1] is there twice", "remove one"),
    ("  build: {options: [minify]}", "spec.build.options[0] cannot be 'minify'", "write Minify"),
    (
      "  build: {env: [{name: COMPOSER_HOME, value: x}]}", "spec.build.env[0].name cannot be 'COMPOSER_HOME'",
      "remove this variable"
    ),
    ("  build: {env: [{name: A, value: 1}]}", "spec.build.env[0].value is a number", "put it in quotes"),
    (
      "  build: {backoffSeconds: 900}", "backoffSeconds (900) is above maxBackoffSeconds (300)",
      "raise the other"
    ),
    ("  cache: {}", "spec.cache.claimName is missing", "write claimName"),
    (
      "  cache: {claimName: Big}", "spec.cache.claimName cannot be 'Big'", "Name of the PersistentVolumeClaim"
    ),
    ("  schedule: {full: '61 3 * * *'}", "spec.schedule.full: '61' is no minute", "0 to 59"),
    ("  schedule: {full: '@daily'}", "spec.schedule.full cannot be '@daily'", "cron expression"),
    ("  schedule: {full: '0 3 * * *', timeZone: Mars/Base}", "'Mars/Base' is no time zone", "IANA"),
    (
      "  notifications: [{type: Slack, urlSecretRef: {name: a, key: b}, on: [Failed]}]",
      "reads the bare word on as true", "in quotes"
    ),
    (
      "  notifications: [{type: Slack, urlSecretRef: {name: a, key: b}, signingSecretRef: {name: a, key: c}}]",
      "Slack checks no signature", "type to Webhook"
    ),
    (
      "  podTemplate: {volumes: [{name: tmp, emptyDir: {}, mountPath: /x}]}",
      "spec.podTemplate.volumes[0].name cannot be 'tmp'", "choose another"
    ),
    ("  podTemplate: {volumes: [{name: a, mountPath: /x}]}", "needs exactly one of", "write one of them"),
    ("  podTemplate: {labels: {satis.dev/x: y}}", "'satis.dev/x' belongs to the operator", "remove it"),
    ("  podTemplate: {resources: {limits: {memory: lots}}}", "lots", "for example 2Gi"),
    (
      "  sourceAliases: [{url: 'https://h.org/old.git', source: 'https://h.org/other.git'}]",
      "lists no source", "in its repositories"
    ),
  ])
  func `what would be refused is an error at its line`(spec: String, words: String, remedy: String) throws {
    let findings = lint(repository(spec)).findings
    let found = try #require(findings.first { $0.message.contains(words) }, "\(findings)")
    #expect(found.severity == .error)
    #expect(found.line == 8)
    #expect(found.remedy.contains(remedy))
    #expect(findings.count == 1, "\(findings)")
  }

  @Test func `what is missing or there twice in the configuration is told`() {
    #expect(
      lint(repository("", config: "    {}")).findings.map(\.message) == [
        "spec.config needs exactly one of inline, configMapKeyRef, secretKeyRef"
      ])
    let twice = repository("  state: Active\n  state: Suspended")
    #expect(lint(twice).findings.map(\.message) == ["there twice in one object: state"])
    #expect(lint("a: [b").findings.map { "\($0.line)" } == ["2"])
    #expect(lint("a: [b").hasErrors)
  }

  @Test func `a ConfigMap and a Secret are looked at by the key that a repository names`() {
    let findings = lint(
      repository(
        """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: config}
        data:
          packages.json: |
            {"name": "a/b", "homepage": "https://x.org"}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: other}
        data:
          satis.json: \(Data(#"{"name": "a/b", "homepage": "x"}"#.utf8).base64EncodedString())
        """, config: "    configMapKeyRef: {name: config, key: packages.json}")
    ).findings
    #expect(findings.map(\.line) == [14, 20, 20])
    #expect(findings[0].message == "satis.json lists no repositories: there is nothing to build")
    #expect(findings[1].message.hasPrefix("in data.satis.json, line 1, column "))
  }

  @Test func `a key that the named object lacks is an error, an object that is elsewhere none`() {
    let spec = """
        webhook: {secretRefs: [{name: hook, key: secret}, {name: elsewhere, key: secret}]}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: hook}
      stringData: {secrt: x}
      """
    let findings = lint(repository(spec)).findings
    #expect(findings.map(\.message) == ["Secret 'hook' has no key 'secret'"])
    #expect(findings.map(\.remedy) == ["write secrt, if that is meant"])
  }

  @Test func `two repositories with one output are an error, in two namespaces they are none`() {
    let other = repository("").replacing("name: packages", with: "name: others")
    #expect(lint("\(repository(""))\n---\n\(other)").findings.count == 2)
    let apart = other.replacing("{name: others}", with: "{name: others, namespace: b}")
    let first = repository("").replacing("{name: packages}", with: "{name: packages, namespace: a}")
    #expect(lint("\(first)\n---\n\(apart)").findings == [])
  }

  @Test func `sources over ssh without key are a warning`() {
    let json = Self.satisJSON.replacing("https://h.org/l.git", with: "git@h.org:l.git")
    let findings = lint(repository("", config: "    inline: '\(json)'")).findings
    #expect(findings.map(\.severity) == [.warning])
    #expect(findings[0].message.contains("no sshKey and knownHosts"))
  }

  @Test func `a build is compared with the repository beside it`() {
    let build = """
      apiVersion: satis.dev/v1alpha1
      kind: SatisBuild
      metadata: {generateName: packages-}
      spec:
        repositoryRef: {name: packages}
        source: {url: "https://h.org/other.git"}
      """
    let findings = lint("\(repository(""))\n---\n\(build)").findings
    #expect(findings.count == 1)
    #expect(findings.first?.message == "satis.json lists no source 'https://h.org/other.git'")
    #expect(lint(build).findings == [])
    let wrong = build.replacing("repositoryRef", with: "repository")
    #expect(lint(wrong).findings.map(\.message).contains("spec.repositoryRef is missing"))
  }

  @Test func `lists, other versions, and files with nothing to look at`() {
    let list = """
      {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "satis.dev/v1", "kind": "SatisRepository", "metadata": {"name": "a"}}]}
      """
    let findings = lint(list, named: "-").findings
    #expect(findings.map(\.message) == ["there is no SatisRepository in 'satis.dev/v1'"])
    #expect(findings.map(\.remedy) == ["write satis.dev/v1alpha1"])
    let nothing = lint("apiVersion: v1\nkind: Service\nmetadata: {name: a}")
    #expect(nothing.findings.map(\.severity) == [.warning])
    let service = Lint.Input(name: "service.yaml", bytes: Array("kind: Service".utf8))
    #expect(Lint([service, .init(name: "-", bytes: Array(repository("").utf8))]).findings == [])
    #expect(Lint([.init(name: "x", bytes: [0xFF])]).findings.map(\.remedy) == ["save it as UTF-8"])
  }

  @Test func `what a password-laden variable says is not repeated`() {
    let findings = lint(
      repository("  build: {env: [{name: HTTPS_PROXY, value: 'http://me:secret@proxy.example.org:3128'}]}")
    ).findings
    #expect(findings.map(\.severity) == [.warning])
    #expect(!"\(findings)".contains("secret@"))
  }
}
