import KubernetesClient
import SatisAPI

/// Makes the builds of a push whose sender is known.
struct PushHandler: Sendable {
  let store: any BuildStore
  /// Whether the store reads live.
  ///
  /// Otherwise a push is ignored unless satis.json lists its source: neither that it does not, nor that there is none, is
  /// certain.
  let isLive: Bool
  /// The host, as builds record it.
  let provider: String
  let configurations: KnownConfigurations

  /// Makes a build for each source that was pushed, in each of the repositories.
  ///
  /// - Parameter address: where the call went. A repository that it does not name gets a build only for what
  ///   satis.json lists.
  /// - Throws: `KubernetesError` when not all of them could be stored; the same call again stores the rest.
  func answer(
    _ push: Push, to repositories: [SatisRepository], at address: Address
  ) async throws(KubernetesError) -> Answer {
    let results = await repositories.mapSideBySide { repository in
      await outcome(of: push, in: repository, isNamed: address.repository != nil)
    }
    var builds: [StoredBuild] = []
    for result in results { builds += try result.get() }
    guard !builds.isEmpty else { return .ignored(reason: reason(push, address)) }
    let keys = builds.map(\.key)
    return builds.contains(where: \.isNew) ? .created(keys) : .duplicate(keys)
  }

  /// A build that is on the server.
  private struct StoredBuild: Sendable {
    let key: NamespacedName
    let isNew: Bool
  }

  private func outcome(
    of push: Push, in repository: SatisRepository, isNamed: Bool
  ) async -> Result<[StoredBuild], KubernetesError> {
    let configuration = await configuration(of: repository)
    if configuration == nil, !isLive { return .success([]) }
    let unknownSource = isNamed && isLive ? repository.spec.webhook?.unknownSource : nil
    switch push.verdict(configuration: configuration, unknownSource: unknownSource ?? .ignore) {
    case .ignore: return .success([])
    case .build(let sources):
      var builds: [StoredBuild] = []
      do throws(KubernetesError) {
        for source in sources { builds.append(try await store(push, of: source, in: repository)) }
      } catch {
        return .failure(error)
      }
      return .success(builds)
    }
  }

  private func configuration(of repository: SatisRepository) async -> SatisConfiguration? {
    do throws(KubernetesError) {
      switch try await ConfigurationLoader(reader: store, known: configurations).load(repository) {
      case .success(let configuration): return configuration
      case .failure: return nil
      }
    } catch {
      // Where the API server is away, it will not take the build either.
      return nil
    }
  }

  /// Stores a build, or finds the one that an earlier call has stored.
  ///
  /// One that has failed is made again, under the next name: whoever sends a call again by hand wants that. Calls that
  /// come at once get the same names, and so make one build.
  private func store(
    _ push: Push, of source: SatisBuild.Source?, in repository: SatisRepository
  ) async throws(KubernetesError) -> StoredBuild {
    var failures = 0
    while true {
      let build = SatisBuild(for: push, of: source, from: provider, to: repository, failures: failures)
      if try await create(build) { return StoredBuild(key: build.key, isNew: true) }
      guard try await hasFailed(build.key) else { return StoredBuild(key: build.key, isNew: false) }
      failures += 1
    }
  }

  /// Whether the build is new.
  private func create(_ build: SatisBuild) async throws(KubernetesError) -> Bool {
    do throws(KubernetesError) {
      try await store.create(build)
      return true
    } catch {
      guard error.isAlreadyExists else { throw error }
      return false
    }
  }

  /// Whether the build, or the one that stood for it in the end, has failed.
  private func hasFailed(_ key: NamespacedName) async throws(KubernetesError) -> Bool {
    var build = try await store.build(key)
    var seen: Set<String> = []
    while build.reason == .superseded, let heir = build.status?.supersededBy, seen.insert(heir).inserted {
      do throws(KubernetesError) {
        build = try await store.build(NamespacedName(namespace: key.namespace, name: heir))
      } catch {
        // What is no longer kept has ended long ago, and nobody knows how.
        guard error.isNotFound else { throw error }
        return false
      }
    }
    return switch build.reason {
    case .failed, .timedOut, .invalid: true
    case .queued, .running, .retrying, .succeeded, .cancelled, .superseded, nil: false
    }
  }

  private func reason(_ push: Push, _ address: Address) -> String {
    let remedy =
      "add it to the repositories of satis.json, or, where another URL of the same source is there, to "
      + "spec.sourceAliases"
    guard let repository = address.repository else {
      return "no SatisRepository of the namespace that has this secret lists '\(push.name)'; \(remedy)"
    }
    return "SatisRepository '\(repository)' does not list '\(push.name)'; \(remedy)"
  }
}
