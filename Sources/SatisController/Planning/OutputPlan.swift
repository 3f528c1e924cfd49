import KubernetesClient
public import SatisAPI

/// Whose the output is: overlaps between repositories, and repositories that are being deleted.
extension RepositoryPlanner {
  /// A repository that is being deleted stays until nothing can write to its output any more.
  mutating func letGo(of repository: SatisRepository) throws(NeedsLook) {
    // In the cache it may still be there when another one of its name is, for which the builds were made.
    if !openBuilds.isEmpty { try situation.requireLiveRepository() }
    let message = "SatisRepository '\(repository.metadata.name)' is being deleted"
    for build in openBuilds {
      update(
        build,
        build.ended(
          .cancelled, "\(message); create a new SatisBuild once it is there again", at: situation.now))
    }
    guard repository.hasFinalizer else { return }
    let output = try situation.output()
    for job in output.jobs where job.belongs(to: repository) && job.metadata.deletionTimestamp == nil {
      guard let uid = job.metadata.uid else { continue }
      actions.append(.deleteJob(job.key, uid: uid))
    }
    let own = output.pods.filter { pod in
      output.jobs.contains {
        $0.belongs(to: repository) && $0.metadata.name == pod.metadata.labels?["job-name"]
      }
        || pod.metadata.labels?[ResourceNames.repositoryLabel]
          == ResourceNames.repositoryLabelValue(repository.metadata.name)
    }
    if own.allSatisfy(\.isFinished), !output.unfinishedJobs.contains(where: { $0.belongs(to: repository) }) {
      actions.append(.setFinalizer(repository, false))
    } else {
      lookAgainForOutput()
    }
  }
}

extension SatisRepository {
  var hasFinalizer: Bool { metadata.finalizers?.contains(ResourceNames.finalizer) ?? false }

  /// The neighbour that had the output first.
  func olderNeighbour(among neighbours: [SatisRepository]) -> SatisRepository? {
    neighbours.filter { $0.spec.output.overlaps(spec.output) && $0.isOlder(than: self) }
      .min { $0.isOlder(than: $1) }
  }

  /// By creation, then by uid, so that of two exactly one gives way.
  private func isOlder(than other: Self) -> Bool {
    (metadata.creationTimestamp?.seconds ?? .max, metadata.uid ?? "")
      < (other.metadata.creationTimestamp?.seconds ?? .max, other.metadata.uid ?? "")
  }
}

extension SatisRepository.Output {
  /// The directory's segments; none for the root of the volume.
  var segments: [Substring] { (path ?? "").split(separator: "/") }

  /// Whether one directory is the other or lies in it.
  public func overlaps(_ other: Self) -> Bool {
    guard claimName == other.claimName else { return false }
    return segments.starts(with: other.segments) || other.segments.starts(with: segments)
  }
}
