import KubernetesClient
import SatisAPI

@testable import SatisController

/// A deliberate mistake in the decisions, by which one sees that the invariants would notice a real one.
///
/// It stands between the driver and the planner, so that the program itself knows nothing of it.
struct Mutant: Sendable {
  let name: String
  /// Changes what a decision is made from.
  var before: @Sendable (inout Situation) -> Void = { _ in }
  /// Changes what was decided.
  var after: @Sendable (inout Decision, Situation) -> Void = { _, _ in }
}

extension Decision {
  /// Changes the list of actions, if that is what was decided.
  mutating func change(_ body: (inout [Action]) -> Void) {
    guard case .act(var actions, let again) = self else { return }
    body(&actions)
    self = .act(actions, again: again)
  }

  /// Changes the claim that is made, and the Job that is made from it.
  mutating func changeClaim(
    _ body: (inout SatisRepository.ActiveJob, inout SatisRepository.Status) -> Void
  ) {
    change { actions in
      var changed: SatisRepository.ActiveJob?
      actions = actions.map { action in
        switch action {
        case .updateRepository(let repository, var status):
          guard repository.status?.activeJob == nil, var claim = status.activeJob else { return action }
          body(&claim, &status)
          status.activeJob = claim
          changed = claim
          return .updateRepository(repository, status: status)
        case .createJob(let manifest):
          return changed.map { .createJob(JobManifest(repository: manifest.repository, claim: $0)) } ?? action
        default: return action
        }
      }
    }
  }

  /// Changes the statuses of builds.
  mutating func changeBuilds(_ body: (SatisBuild, inout SatisBuild.Status) -> Void) {
    change { actions in
      actions = actions.map { action in
        guard case .updateBuild(let build, var status) = action else { return action }
        body(build, &status)
        return .updateBuild(build, status: status)
      }
    }
  }
}

extension Situation {
  /// Changes all builds, those in the cache and those that were looked at.
  mutating func changeBuilds(_ body: (inout SatisBuild) -> Void) {
    for index in builds.indices { body(&builds[index]) }
    for (name, build) in live.builds {
      guard var build else { continue }
      body(&build)
      live.builds[name] = .some(build)
    }
  }

  /// Changes all pods, those in the cache and those that were looked at.
  mutating func keepPods(_ isKept: (Pod) -> Bool) {
    cachedPods = cachedPods.filter(isKept)
    let kept = live.output?.pods.filter(isKept) ?? []
    live.output?.pods = kept
  }
}
