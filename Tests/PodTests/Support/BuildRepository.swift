import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// A SatisRepository of a site, with the directory of the cache volume that is its own.
struct BuildRepository: Sendable {
  let site: Site
  let name: String
  let cache: URL

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
    let key = NamespacedName(namespace: site.namespace, name: name)
    let repository = try await site.server.client.get(SatisRepository.self, key)
    var satisJSON = try JSONValue(parsing: (repository.spec.config.inline ?? "").utf8)
    satisJSON["homepage"] = .string(homepage)
    let text = try satisJSON.serialized()
    _ = try await site.server.client.mergePatch(
      SatisRepository.self, key, patch: ["spec": ["config": ["inline": .string(text)]]],
      resourceVersion: nil)
    return try SatisConfiguration(text: text).hash
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
