import KubernetesClient
import SatisPlugin
import Testing
import Yams

/// What becomes of an old worker.
@Suite struct MigrationTests {
  private func migrate(
    _ text: String, satisJSON: String? = nil, worker: String? = nil
  ) throws(PluginFailure) -> Migration {
    try Migration(
      [.init(name: "old.yaml", bytes: Array(text.utf8))],
      satisJSON: satisJSON.map { .init(name: "satis.json", bytes: Array($0.utf8)) }, worker: worker)
  }

  private func spec(_ migration: Migration) throws -> JSONValue {
    let object = try YAMLDecoder().decode(JSONValue.self, from: migration.manifest)
    #expect(object["kind"] == "SatisRepository")
    return object["spec"] ?? .null
  }

  private func texts(_ migration: Migration, _ kind: Migration.Note.Kind) -> String {
    migration.notes.filter { $0.kind == kind }.map(\.text).joined(separator: "\n")
  }

  private func errors(_ migration: Migration) -> [Finding] {
    Lint([.init(name: "-", bytes: Array(migration.manifest.utf8))]).findings.filter { $0.severity == .error }
  }

  @Test func `a loop over a queue of files becomes a repository with all that it had`() throws {
    let migration = try migrate("\(OldManifests.queue)\n\(OldManifests.configMap)")
    #expect(errors(migration) == [])
    let spec = try spec(migration)
    #expect(spec["config"] == ["configMapKeyRef": ["name": "satis-config", "key": "satis.json"]])
    #expect(spec["output"] == ["claimName": "web-data", "path": "satis/output"])
    #expect(spec["cache"] == ["claimName": "composer-cache"])
    #expect(spec["image"] == "composer/satis:latest")
    #expect(spec["imagePullSecrets"] == [["name": "registry"]])
    #expect(
      spec["credentials"] == [
        "composerAuth": ["secretKeyRef": ["name": "composer-auth", "key": "auth.json"]],
        "sshKey": ["secretKeyRef": ["name": "deploy-key", "key": "key"]],
        "knownHosts": ["secretKeyRef": ["name": "deploy-key", "key": "hosts"]],
      ])
    #expect(
      spec["build"] == [
        "options": ["NoHTML"], "env": [["name": "HTTPS_PROXY", "value": "http://proxy.example.org:3128"]],
      ])
    #expect(spec["schedule"] == ["purge": "0 5 * * SUN"])
    #expect(spec["webhook"] == ["secretRefs": [["name": "hook", "key": "secret"]]])
    #expect(spec["podTemplate"]?["resources"] == ["limits": ["memory": "1Gi"]])
    #expect(spec["podTemplate"]?["nodeSelector"] == ["disk": "fast"])
    #expect(
      spec["podTemplate"]?["volumes"] == [
        [
          "name": "git", "configMap": ["name": "git"], "mountPath": "/etc/gitconfig", "subPath": "gitconfig",
          "readOnly": true,
        ]
      ])
    #expect(spec["state"] == "Suspended")
    let left = texts(migration, .left)
    for words in [
      "--skip-errors", "COMPOSER_PROCESS_TIMEOUT", "QUEUE_TOKEN", "sleeps 10 s", "security context",
      "container webhook",
    ] {
      #expect(left.contains(words), "\(words): \(left)")
    }
    let decide = texts(migration, .decide)
    #expect(decide.contains("the variable GITLAB_TOKEN was left out"))
    #expect(!"\(migration.manifest)\(migration.notes)".contains("hunter2"))
    #expect(decide.contains("stop Deployment satis-worker") && decide.contains("serve current/"))
    #expect(
      texts(migration, .taken).contains(
        "spec.output: /build/output is directory satis/output of claim web-data"))
  }

  @Test func `a satis.json that would be refused is mended, and what was in it is not printed`() throws {
    let migration = try migrate("\(OldManifests.queue)\n\(OldManifests.oldConfigMap)")
    #expect(errors(migration) == [])
    let inline = try #require(try spec(migration)["config"]?["inline"]?.text)
    let json = try JSONValue(parsing: inline.utf8)
    #expect(
      json["repositories"] == [
        ["type": "vcs", "url": "https://git.example.org/acme/lib.git"],
        ["type": "vcs", "url": "ssh://git@git.example.org/acme/app.git"],
        ["type": "vcs", "url": "https://git.example.org/acme/web.git"],
      ])
    #expect(json["archive"] == ["directory": "dist"])
    #expect(json["config"] == ["process-timeout": 600])
    #expect(json["output-dir"] == nil)
    #expect(!"\(migration.manifest)\(migration.notes)".contains("hunter2"))
    let decide = texts(migration, .decide)
    for words in ["the source /srv/lib was taken out", "config.github-oauth", "is inline now"] {
      #expect(decide.contains(words), "\(words): \(decide)")
    }
    #expect(texts(migration, .taken).contains("mended in satis.json: a comma before the closing bracket"))
  }

  @Test func `credentials in plain text are asked for as a Secret`() throws {
    let worker = OldManifests.queue.replacing(
      "- {name: auth, mountPath: /composer/auth.json, subPath: auth.json}", with: "")
    let migration = try migrate("\(worker)\n\(OldManifests.oldConfigMap)")
    #expect(
      try spec(migration)["credentials"]?["composerAuth"]
        == ["secretKeyRef": ["name": "satis-worker-credentials", "key": "auth.json"]])
    #expect(
      migration.manifest.contains(
        "kubectl -n shop create secret generic satis-worker-credentials --from-file=auth.json"))
  }

  @Test func `a CronJob becomes a timetable, and what is no claim has to be decided`() throws {
    let migration = try migrate("\(OldManifests.cronJob)\n\(OldManifests.configMap)")
    #expect(errors(migration) == [])
    let spec = try spec(migration)
    #expect(spec["schedule"] == ["full": "0 0 * * *", "timeZone": "Europe/Berlin"])
    #expect(spec["build"] == ["options": ["Minify"]])
    #expect(spec["output"] == ["claimName": "satis-output"])
    #expect(texts(migration, .decide).contains("the old output /output is in hostPath"))
    #expect(migration.manifest.contains("# Decide: a claim that has the files of hostPath"))
  }

  @Test func `a CronJob beside a loop is its timetable`() throws {
    let migration = try migrate("\(OldManifests.queue)\n\(OldManifests.cronJob)\n\(OldManifests.configMap)")
    let spec = try spec(migration)
    #expect(spec["output"]?["claimName"] == "web-data")
    #expect(spec["schedule"]?["full"] == "0 0 * * *")
  }

  @Test func `a satis.json in the image is given as a file`() throws {
    let failure = #expect(throws: PluginFailure.self) {
      try migrate(OldManifests.queue.replacing("configMap: {name: satis-config}", with: "emptyDir: {}"))
    }
    #expect(failure?.description.contains("--satis-json FILE") == true)
    let json = #"{"name": "a/b", "repositories": [{"type": "vcs", "url": "https://h.org/l.git"}]}"#
    let ingress = """
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: web}
      spec: {tls: [{}], rules: [{host: php.example.org}]}
      """
    let migration = try migrate("\(OldManifests.queue)\n\(ingress)", satisJSON: json)
    let inline = try #require(try spec(migration)["config"]?["inline"]?.text)
    #expect(inline.contains(#""homepage": "https://php.example.org""#))
  }

  @Test func `a mistake that only a person can mend is told`() throws {
    let old = OldManifests.configMap.replacing("https://git.example.org", with: "http://git.example.org")
    let migration = try migrate("\(OldManifests.queue)\n\(old)")
    #expect(try spec(migration)["config"]?["configMapKeyRef"]?["name"] == "satis-config")
    #expect(texts(migration, .decide).contains("composer does not fetch over http://"))
  }

  @Test func `a ConfigMap that is elsewhere is named, and to be looked at`() throws {
    let migration = try migrate(OldManifests.queue)
    #expect(try spec(migration)["config"]?["configMapKeyRef"]?["name"] == "satis-config")
    #expect(texts(migration, .decide).contains("which is not among these manifests"))
  }

  @Test(arguments: [
    ("apiVersion: v1\nkind: Service\nmetadata: {name: a}", "no container in these manifests runs Satis"),
    ("a: [b", "the file is no YAML"),
    (
      "\(OldManifests.queue)\n---\n\(OldManifests.queue.replacing("name: satis-worker", with: "name: other"))",
      "name one with --worker, one after the other: other, satis-worker"
    ),
  ])
  func `what cannot be migrated is told`(text: String, words: String) {
    let failure = #expect(throws: PluginFailure.self) { try migrate(text) }
    #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
  }

  @Test func `of several workers one can be named`() throws {
    let other = OldManifests.queue.replacing("name: satis-worker", with: "name: other")
    let migration = try migrate(
      "\(OldManifests.queue)\n---\n\(other)\n\(OldManifests.configMap)", worker: "other")
    #expect(migration.manifest.contains("  name: other\n"))
  }
}
