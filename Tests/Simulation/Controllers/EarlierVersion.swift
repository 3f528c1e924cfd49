import KubernetesClient
import SatisAPI

@testable import SatisController

/// A version of the program that does not know some of the optional fields: neither writes nor reads them, and leaves them
/// alone where another version has written them, since a status is written as a patch.
///
/// Whatever is added to what is stored has to be such a field; the invariants then hold while versions take turns.
enum EarlierVersion {
  /// Takes out what it does not read.
  static func forget(in situation: inout Situation) {
    if let status = situation.repository?.status { situation.repository?.status = known(of: status) }
    situation.changeBuilds { build in build.status = build.status.map(known) }
  }

  /// Takes out what it does not write.
  static func forget(in decision: inout Decision) {
    decision.change { actions in
      actions = actions.map { action in
        switch action {
        case .updateRepository(let repository, let status):
          .updateRepository(repository, status: known(of: status))
        case .updateBuild(let build, let status): .updateBuild(build, status: known(of: status))
        case .createJob(let manifest):
          .createJob(JobManifest(repository: manifest.repository, claim: known(of: manifest.claim)))
        default: action
        }
      }
    }
  }

  /// What is stored after it has written a status.
  static func keep(
    _ stored: SatisRepository.Status?, in status: SatisRepository.Status
  ) -> SatisRepository.Status {
    var status = status
    status.nextFullBuildTime = stored?.nextFullBuildTime
    status.nextPurgeTime = stored?.nextPurgeTime
    if let claim = stored?.activeJob, claim.name == status.activeJob?.name { status.activeJob = claim }
    return status
  }

  /// The same for a build.
  static func keep(_ stored: SatisBuild.Status?, in status: SatisBuild.Status) -> SatisBuild.Status {
    var status = status
    status.podName = stored?.podName
    status.logTail = stored?.logTail
    return status
  }

  private static func known(of status: SatisRepository.Status) -> SatisRepository.Status {
    var status = status
    status.nextFullBuildTime = nil
    status.nextPurgeTime = nil
    status.activeJob = status.activeJob.map(known)
    return status
  }

  private static func known(of claim: SatisRepository.ActiveJob) -> SatisRepository.ActiveJob {
    var claim = claim
    for item in claim.builds.indices {
      for source in claim.builds[item].sources.indices { claim.builds[item].sources[source].commits = nil }
    }
    return claim
  }

  private static func known(of status: SatisBuild.Status) -> SatisBuild.Status {
    var status = status
    status.podName = nil
    status.logTail = nil
    return status
  }
}
