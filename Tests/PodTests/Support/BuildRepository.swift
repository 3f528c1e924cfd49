import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// A SatisRepository of a site, with the directory of the cache volume that is its own.
struct BuildRepository: Sendable {
  let site: Site
  let name: String
  let cache: URL

  private var key: NamespacedName { NamespacedName(namespace: site.namespace, name: name) }

  /// Asks for a build, of everything unless a source is given.
  func createBuild(
    _ build: String, source: String? = nil, prune: Bool? = nil, operation: SatisBuild.Operation? = nil
  ) async throws {
    try await site.server.createBuild(
      build, of: name, in: site.namespace, source: source, prune: prune, operation: operation)
  }

  /// Waits until a build satisfies a condition.
  @discardableResult
  func wait(
    for build: String, until isSatisfied: @escaping @Sendable (SatisBuild) -> Bool
  ) async throws -> SatisBuild {
    try await site.server.wait(for: SatisBuild.self, build, in: site.namespace, until: isSatisfied)
  }

  /// Waits for the end of a build.
  @discardableResult
  func ended(_ build: String) async throws -> SatisBuild {
    try await wait(for: build) { $0.status?.isFinished == true }
  }

  /// Asks for a build and waits for its end.
  func built(
    _ build: String, source: String? = nil, prune: Bool? = nil, operation: SatisBuild.Operation? = nil
  ) async throws -> SatisBuild {
    try await createBuild(build, source: source, prune: prune, operation: operation)
    return try await ended(build)
  }

  /// Says that nobody wants a build any more.
  func cancel(_ build: String) async throws {
    _ = try await site.server.client.mergePatch(
      SatisBuild.self, NamespacedName(namespace: site.namespace, name: build),
      patch: ["spec": ["state": "Cancelled"]], resourceVersion: nil)
  }

  /// Gives satis.json another homepage and returns the hash of the new text.
  func changeHomepage(to homepage: String) async throws -> String {
    let repository = try await site.server.client.get(SatisRepository.self, key)
    let text = try satisJSON(repository.spec.config.inline ?? "", homepage: homepage)
    try await change(config: ["inline": .string(text)])
    return try SatisConfiguration(text: text).hash
  }

  /// Keeps satis.json in a Secret, with another homepage each time.
  func keepConfigurationSecret(homepage: String) async throws {
    let secret = NamespacedName(namespace: site.namespace, name: "\(name)-config")
    let file = "satis.json"
    let repository = try await site.server.client.get(SatisRepository.self, key)
    guard let inline = repository.spec.config.inline else {
      let stored = try await site.server.client.get(Secret.self, secret).data?[file]?.bytes ?? []
      let text = try satisJSON(String(decoding: stored, as: UTF8.self), homepage: homepage)
      _ = try await site.server.client.mergePatch(
        Secret.self, secret, patch: ["stringData": [file: .string(text)]], resourceVersion: nil)
      return
    }
    let text = try satisJSON(inline, homepage: homepage)
    _ = try await site.server.client.create(
      Secret(
        metadata: ObjectMetadata(name: secret.name, namespace: secret.namespace),
        data: [file: Base64Data(Array(text.utf8))]))
    try await change(config: [
      "inline": .null, "secretKeyRef": ["name": .string(secret.name), "key": .string(file)],
    ])
  }

  private func satisJSON(_ text: String, homepage: String) throws -> String {
    var satisJSON = try JSONValue(parsing: text.utf8)
    satisJSON["homepage"] = .string(homepage)
    return try satisJSON.serialized()
  }

  private func change(config: JSONValue) async throws {
    _ = try await site.server.client.mergePatch(
      SatisRepository.self, key, patch: ["spec": ["config": config]], resourceVersion: nil)
  }

  /// Waits until the repository satisfies a condition.
  @discardableResult
  func wait(until isSatisfied: @escaping @Sendable (SatisRepository) -> Bool) async throws -> SatisRepository
  {
    try await site.server.wait(for: SatisRepository.self, name, in: site.namespace, until: isSatisfied)
  }

  /// Kills every process of a pod, whose name they have in their environment; the node is this machine.
  func killProcesses(of pod: String) throws {
    let mark = Data("\0POD_NAME=\(pod)\0".utf8)
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init)
      .filter { process in
        let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ"))
        return environment.map { (Data([0]) + $0).range(of: mark) != nil } ?? false
      }
    guard !processes.isEmpty else { throw TestFailure("pod \(pod) has no process on this machine") }
    for process in processes { kill(process, SIGKILL) }
  }

  /// The name of the pod that works on a build.
  func pod(of build: String) async throws -> String {
    try await wait(for: build) { $0.status?.podName != nil }.status?.podName ?? ""
  }

  /// When Satis ran.
  func trace() throws -> SatisTrace { try SatisTrace(in: cache) }
}
