import ControllerRuntime
import KubernetesClient
import SatisAPI
import Synchronization

/// What a decision wants to know from the server itself.
extension RepositoryReconciler {
  func take(_ looks: Set<Look>, into situation: inout Situation) async throws(KubernetesError) {
    let builds = looks.compactMap { if case .build(let name) = $0 { name } else { nil } }
    if let repository = situation.repository, looks.contains(.output), !looks.contains(.repository) {
      // What a claim needs, side by side; the lists take longest and begin first.
      async let found = answers(on: builds, in: situation.key.namespace)
      situation.live.output = try await access.output(of: repository, neighbours: situation.neighbours)
      try situation.live.take(await found)
    } else {
      try situation.live.take(await answers(on: builds, in: situation.key.namespace))
    }
    // The repository first: what is read for a cached one may not fit the live one.
    if looks.contains(.repository) {
      situation.repository = try await access.repository(situation.key)
      situation.live.hasRepository = true
      situation.live.isAheadOfCache =
        situation.repository.map {
          $0.metadata.uid != caches.repositories[situation.key]?.metadata.uid
        } ?? false
      situation.live.configuration = nil
      situation.live.claims = nil
      // A claim that is newer than the list may have its Job by now.
      situation.live.output = nil
      situation.neighbours = situation.repository.map(caches.neighbours(of:)) ?? []
    }
    guard let repository = situation.repository else { return }
    if looks.contains(.configuration) {
      situation.live.configuration = try await access.configuration(of: repository)
    }
    if looks.contains(.claims) { situation.live.claims = try await volumeClaims(of: repository) }
    if looks.contains(.output), situation.live.output == nil {
      situation.live.output = try await access.output(of: repository, neighbours: situation.neighbours)
    }
    if looks.contains(.snapshots) { situation.live.snapshots = try await access.snapshots(of: repository) }
    if looks.contains(.slot) {
      situation.live.slot = slots.withLock { $0.request(situation.key) }
    }
  }

  private func volumeClaims(
    of repository: SatisRepository
  ) async throws(KubernetesError) -> [String: PersistentVolumeClaim?] {
    var claims: [String: PersistentVolumeClaim?] = [:]
    for name in Set(repository.volumeUses.map(\.claimName)).sorted() {
      claims[name] = .some(
        try await access.volumeClaim(NamespacedName(namespace: repository.key.namespace, name: name)))
    }
    return claims
  }

  /// Builds of a batch are read side by side.
  private func answers(on builds: [String], in namespace: String) async -> [BuildAnswer] {
    let access = access
    guard builds.count > 1 else {
      var answers: [BuildAnswer] = []
      for name in builds { answers.append(await BuildAnswer(name, namespace, access)) }
      return answers
    }
    return await withTaskGroup(of: BuildAnswer.self) { group in
      for name in builds {
        group.addTask { await BuildAnswer(name, namespace, access) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}

extension Situation.LiveView {
  fileprivate mutating func take(_ answers: [BuildAnswer]) throws(KubernetesError) {
    for answer in answers { builds[answer.name] = .some(try answer.result.get()) }
  }
}

/// What the server said of one build.
private struct BuildAnswer: Sendable {
  let name: String
  let result: Result<SatisBuild?, KubernetesError>

  init(_ name: String, _ namespace: String, _ access: some ClusterAccess) async {
    self.name = name
    do throws(KubernetesError) {
      result = .success(try await access.build(NamespacedName(namespace: namespace, name: name)))
    } catch {
      result = .failure(error)
    }
  }
}
