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
  func createBuild(_ build: String, source: String? = nil) async throws {
    try await site.server.createBuild(build, of: name, in: site.namespace, source: source)
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
  func built(_ build: String, source: String? = nil) async throws -> SatisBuild {
    try await createBuild(build, source: source)
    return try await ended(build)
  }

  /// The name of the pod that works on a build.
  func pod(of build: String) async throws -> String {
    try await wait(for: build) { $0.status?.podName != nil }.status?.podName ?? ""
  }

  /// When Satis ran.
  func trace() throws -> SatisTrace { try SatisTrace(in: cache) }
}
