import Foundation
import SatisPlugin
import TestSupport
import Testing

/// What `kubectl satis migrate` prints is taken by a real API server, and what `lint` finds is what it refuses.
@Suite(.timeLimit(.minutes(4))) struct ManifestTests {
  private let server: TestServer

  init() throws {
    server = try TestServer()
  }

  /// A shell loop with a password in its satis.json, and with all that a worker may have beside it.
  private static let worker = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: satis-worker}
    spec:
      template:
        spec:
          tolerations: [{key: builds, operator: Exists}]
          containers:
            - name: worker
              image: composer/satis:latest
              command: [sh, -c, "while :; do satis build --minify /config/satis.json /out/web; sleep 5; done"]
              resources: {limits: {memory: 1Gi, cpu: 1}}
              env: [{name: HTTPS_PROXY, value: "http://proxy.example.org:3128"}]
              volumeMounts:
                - {name: config, mountPath: /config}
                - {name: out, mountPath: /out}
                - {name: ssh, mountPath: /root/.ssh}
          volumes:
            - {name: config, configMap: {name: satis-config}}
            - {name: out, persistentVolumeClaim: {claimName: web}}
            - {name: ssh, secret: {secretName: deploy-key}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: satis-config}
    data:
      satis.json: |
        {"name": "acme/packages", "homepage": "https://packages.example.org", "output-dir": "/out",
         "repositories": [{"type": "vcs", "url": "https://me:hunter2@git.example.org/acme/lib.git"}]}
    """

  /// Writes a file, which goes after the body.
  private func withFile<Result>(
    _ text: String, _ body: (String) async throws -> Result
  ) async throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(url.path)
  }

  @Test func `the server takes the repository that an old worker becomes`() async throws {
    try await server.withNamespace { namespace in
      let result = try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
        plugin in
        try await withFile(Self.worker) { try await plugin.run("migrate", $0) }
      }
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(!"\(result.output)\(result.errors)".contains("hunter2"))
      #expect(result.errors.contains("left out: the loop that sleeps 5 s"))
      let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
      let answer = try await kubectl.run("create", "--dry-run=server", "-f", "-", input: result.output)
      #expect(answer.contains("satisrepository.satis.dev/satis-worker created (server dry run)"))
    }
  }

  /// Each is refused by the server, at the field that lint names.
  @Test(arguments: [
    ("  state: Suspend", "spec.state"), ("  build: {retryLimit: many}", "spec.build.retryLimit"),
    ("  build: {batchLimit: 0}", "spec.build.batchLimit"), ("  cache: {}", "spec.cache.claimName"),
    ("  cache: {claimName: Big}", "spec.cache.claimName"),
    ("  schedule: {full: '@daily'}", "spec.schedule.full"),
    ("  build: {env: [{name: PHP_X, value: a}]}", "spec.build.env"),
    ("  webhook: {secretRefs: []}", "spec.webhook.secretRefs"),
    ("  history: {releases: 0}", "spec.history.releases"),
  ])
  func `the server refuses what lint calls an error`(spec: String, field: String) async throws {
    let manifest = """
      apiVersion: satis.dev/v1alpha1
      kind: SatisRepository
      metadata: {name: packages}
      spec:
        config:
          inline: |
            {"name": "a/b", "homepage": "https://x.org", "repositories": [{"type": "vcs", "url": "https://h.org/l.git"}]}
        output: {claimName: satis-output}
      \(spec)
      """
    try await server.withNamespace { namespace in
      let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
      let refusal = await #expect(throws: TestFailure.self) {
        try await kubectl.run("create", "--dry-run=server", "--validate=false", "-f", "-", input: manifest)
      }
      #expect("\(refusal.map { "\($0)" } ?? "")".contains(field))
      let result = try await PluginProcess.linked(kubeconfig: server.kubeconfig, namespace: namespace) {
        plugin in
        try await withFile(manifest) { try await plugin.run("lint", $0) }
      }
      #expect(result.exitCode == 1)
      #expect(result.output.contains(":9:"))
      #expect(result.output.contains(field))
    }
  }
}
