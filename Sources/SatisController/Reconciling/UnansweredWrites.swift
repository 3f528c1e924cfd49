import KubernetesClient
import SatisAPI
import Synchronization

/// Statuses of builds that were sent to the server and to which no answer came: whether they were written shows later.
///
/// What follows a write, such as counting it, then follows when the build is seen with what was sent.
final class UnansweredWrites: Sendable {
  /// What was sent, decided on one version of a build; several statuses where one try after the other had no answer.
  private struct Write: Sendable {
    var build: SatisBuild
    var statuses: [SatisBuild.Status]
  }

  /// Tries that are kept; the server is asked again after delays that grow.
  private static let maximumTries = 8

  /// By uid, for each repository.
  private let writes = Mutex<[NamespacedName: [String: Write]]>([:])

  /// Notes a write that failed, where it may have happened all the same.
  func note(
    _ status: SatisBuild.Status, of build: SatisBuild, _ repository: NamespacedName, _ error: KubernetesError
  ) {
    guard error.leavesOpen, let uid = build.metadata.uid else { return }
    writes.withLock { writes in
      var write = writes[repository]?[uid] ?? Write(build: build, statuses: [])
      if write.build.metadata.resourceVersion != build.metadata.resourceVersion {
        write = Write(build: build, statuses: [])
      }
      write.statuses = (write.statuses + [status]).suffix(Self.maximumTries)
      writes[repository, default: [:]][uid] = write
    }
  }

  /// Takes out those writes of a repository that turn out to have happened, each with the status that was written; those
  /// that turn out not to have are forgotten.
  ///
  /// - Parameter builds: the repository's builds as they are seen now.
  func settle(
    _ repository: NamespacedName, _ builds: [SatisBuild]
  ) -> [(build: SatisBuild, status: SatisBuild.Status)] {
    writes.withLock { writes in
      guard let open = writes[repository] else { return [] }
      var settled: [(build: SatisBuild, status: SatisBuild.Status)] = []
      var waiting: [String: Write] = [:]
      for build in builds {
        guard let uid = build.metadata.uid, let write = open[uid] else { continue }
        if build.metadata.resourceVersion == write.build.metadata.resourceVersion {
          waiting[uid] = write
        } else if let status = build.status, write.statuses.contains(status) {
          settled.append((write.build, status))
        }
      }
      writes[repository] = waiting.isEmpty ? nil : waiting
      return settled
    }
  }

  /// A later write of the build was answered.
  func forget(_ build: SatisBuild, _ repository: NamespacedName) {
    guard let uid = build.metadata.uid else { return }
    writes.withLock { writes in
      guard writes[repository]?[uid] != nil else { return }
      writes[repository]?[uid] = nil
      if writes[repository]?.isEmpty == true { writes[repository] = nil }
    }
  }
}

extension KubernetesError {
  /// Whether the request may have been carried out although it failed.
  fileprivate var leavesOpen: Bool {
    switch cause {
    case .transport, .unreadable, .cancelled: true
    case .status(let status): status.code >= 500
    case .configuration: false
    }
  }
}
