import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// All that one test needs on the one-node cluster: a namespace with the operator's service accounts, volumes that are
/// folders of this machine, and a git host.
struct Site: Sendable {
  let server: TestServer
  let namespace: String
  /// In the namespace.
  let kubectl: Kubectl
  let git: GitHost
  /// Where the folders are that this machine and the pods share.
  let folder: URL

  /// The stand-in for Satis, as `Tests/Cluster/images` calls it.
  static let satisImage = "localhost/satis-standin:dev"
  /// The web server, as `Tests/Cluster/images` calls it.
  static let webImage = "localhost/web:dev"
  /// The user and group of the build pods.
  private static let owner: UInt32 = 1_000

  var output: Output { Output(folder: folder.appending(path: "output")) }

  /// Builds a site, runs the body in it and takes the site away, also after a failure.
  static func open(_ body: @escaping @Sendable (Site) async throws -> Void) async throws {
    let server = try TestServer(kubeconfigIn: "SATIS_TEST_CLUSTER_KUBECONFIG")
    let namespace = "pods-\(UInt32.random(in: 0 ... .max))"
    let kubectl = Kubectl(kubeconfig: server.kubeconfig, namespace: namespace)
    let folder = URL(fileURLWithPath: "/var/tmp/satis-operator-pods/\(namespace)")
    let address = try await kubectl.run(
      "get", "nodes", "-o", #"jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}"#)
    let outcome: Result<Void, any Error>
    do {
      let repositories = try makeFolder(folder.appending(path: "git"))
      try await GitHost.serve(on: address, from: repositories) { git in
        let site = Site(server: server, namespace: namespace, kubectl: kubectl, git: git, folder: folder)
        try await site.build()
        try await body(site)
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    // In a task of its own, since a test that has run out of time is cancelled.
    let removal = await Task { try await remove(namespace, folder, kubectl) }.result
    try outcome.get()
    try removal.get()
  }

  // MARK: - The operator

  /// Starts the controller under its own service account, with the rights of `deploy/`.
  ///
  /// As a process and not as a pod, so that a test can kill it at a moment of its choice; the demo runs the pods.
  func startController() async throws -> OperatorProcess {
    try OperatorProcess.controller(
      kubeconfig: try await kubeconfig(of: "controller"), namespace: namespace, defaultImage: Self.satisImage)
  }

  /// Starts the webhook service under its own service account, with a secret of the name `hook` for it.
  func startWebhook() async throws -> WebhookProcess {
    _ = try await server.client.create(
      Secret(
        metadata: ObjectMetadata(name: "hook", namespace: namespace),
        data: ["secret": Base64Data(Array(WebhookProcess.secret.utf8))]))
    return try await WebhookProcess.start(
      kubeconfig: try await kubeconfig(of: "webhook"), namespace: namespace)
  }

  /// Creates a repository of packages that the git host has or gets, with the cache prepared for the stand-in.
  func createRepository(
    _ name: String, packages: [String], _ change: @Sendable (inout SatisRepository.Spec) -> Void = { _ in }
  ) async throws -> BuildRepository {
    for package in packages { try await git.create(package) }
    let sources = packages.map { #"{"type": "vcs", "url": "\#(git.url(of: $0))", "name": "acme/\#($0)"}"# }
    return try await createRepository(name, sources: sources.joined(separator: ","), change)
  }

  /// Creates a repository with these entries of `repositories` in satis.json.
  func createRepository(
    _ name: String, sources: String, _ change: @Sendable (inout SatisRepository.Spec) -> Void = { _ in }
  ) async throws -> BuildRepository {
    let satisJSON = """
      {"name": "acme/packages", "homepage": "http://packages.example.org", "repositories": [\(sources)],
       "require-all": true, "archive": {"directory": "dist", "format": "zip"}, "config": {"secure-http": false}}
      """
    let created = try await server.createRepository(name, in: namespace) { spec in
      spec = .init(config: .init(inline: satisJSON), output: .init(claimName: "satis-output"))
      spec.cache = .init(claimName: "satis-cache")
      change(&spec)
    }
    let cache = try Self.makeFolder(
      folder.appending(path: "cache/\(namespace)/\(name)-\(created.metadata.uid ?? "")"))
    let trace = cache.appending(path: SatisTrace.file)
    try Data().write(to: trace)
    chown(trace.path, Self.owner, Self.owner)
    return BuildRepository(site: self, name: name, cache: cache)
  }

  private func kubeconfig(of component: String) async throws -> String {
    let file = folder.appending(path: "\(component).kubeconfig")
    let text = server.kubeconfig(
      user: "satis", token: try await kubectl.token(of: "satis-\(component)", in: namespace))
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  // MARK: - Putting up and taking away

  private func build() async throws {
    try await kubectl.run("create", "namespace", namespace)
    for file in ["controller/rbac.yaml", "webhook/rbac.yaml", "build-service-account.yaml"] {
      let manifest = try String(contentsOf: Self.manifest(file), encoding: .utf8)
      try await kubectl.run(
        "apply", "-f", "-",
        input: manifest.replacing("namespace: satis\n", with: "namespace: \(namespace)\n"))
    }
    for volume in ["output", "cache"] {
      let path = try Self.makeFolder(folder.appending(path: volume)).path
      try await kubectl.run("apply", "-f", "-", input: persistentVolume(volume, path: path))
    }
    try await kubectl.run("apply", "-f", Self.manifest("storage.yaml").path)
  }

  /// A file of `deploy/base`.
  static func manifest(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../deploy/base/\(name)").standardizedFileURL
  }

  /// As an fsGroup makes folders of other volumes: their group is handed on.
  private static func makeFolder(_ folder: URL) throws -> URL {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    chown(folder.path, owner, owner)
    chmod(folder.path, 0o2775)
    return folder
  }

  private func persistentVolume(_ name: String, path: String) -> String {
    """
    apiVersion: v1
    kind: PersistentVolume
    metadata: {name: \(namespace)-\(name)}
    spec:
      accessModes: [ReadWriteOnce]
      capacity: {storage: 10Gi}
      persistentVolumeReclaimPolicy: Retain
      claimRef: {namespace: \(namespace), name: satis-\(name)}
      hostPath: {path: \(path), type: Directory}
    """
  }

  private static func remove(_ namespace: String, _ folder: URL, _ kubectl: Kubectl) async throws {
    // No controller is left that would let the repositories go.
    let repositories = try await kubectl.run("get", "satisrepositories", "-o", "name").split(separator: "\n")
    for repository in repositories {
      try await kubectl.run(
        "patch", String(repository), "--type=merge", "-p", #"{"metadata": {"finalizers": null}}"#)
    }
    try await kubectl.run("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")
    // The rest of the namespace goes by itself; only pods still use the folders.
    try await kubectl.run("delete", "pods", "--all", "--grace-period=1", "--timeout=120s")
    try await kubectl.run(
      "delete", "persistentvolume", "\(namespace)-output", "\(namespace)-cache", "--ignore-not-found",
      "--wait=false")
    try FileManager.default.removeItem(at: folder)
  }
}
