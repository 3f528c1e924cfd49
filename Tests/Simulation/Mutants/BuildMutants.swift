import KubernetesClient
import SatisAPI

@testable import SatisController

extension Mutant {
  /// Mistakes about what becomes of builds.
  static let ofBuilds: [Mutant] = [
    Mutant(name: "every build of a batch succeeds when one does") { _ in
    } after: { decision, _ in
      var success: SatisBuild.Status?
      decision.changeBuilds { _, status in if status.release != nil { success = status } }
      decision.changeBuilds { _, status in
        guard let success, status.attempts?.last?.completionTime != nil else { return }
        status.conditions = success.conditions
        status.release = success.release
      }
    },
    Mutant(name: "attempts forgotten") { _ in
    } after: { decision, _ in
      decision.changeBuilds { _, status in
        guard var last = status.attempts?.last else { return }
        last.number = 1
        status.attempts = [last]
      }
    },
    Mutant(name: "retries without end") { $0.repository?.spec.build?.retryLimit = 100 },
    Mutant(name: "no delay before a retry") { situation in
      situation.changeBuilds { $0.status?.nextAttemptTime = nil }
    },
    Mutant(name: "a waiting build superseded by the running one") { _ in
    } after: { decision, situation in
      guard let claim = situation.repository?.status?.activeJob, let running = claim.builds.first else {
        return
      }
      decision.change { actions in
        for build in situation.builds
        where !build.isFinished && !claim.builds.contains(where: { $0.uid == build.metadata.uid }) {
          guard build.spec.operation == nil, claim.full || build.spec.source != nil else { continue }
          actions.append(.updateBuild(build, status: build.superseded(by: running.name, at: situation.now)))
        }
      }
    },
    Mutant(name: "a build superseded by one of another source") { _ in
    } after: { decision, situation in
      let open = situation.builds.filter {
        !$0.isFinished && $0.status?.attempts == nil && $0.spec.source != nil && $0.status?.jobName == nil
      }.sorted(on: BuildAge.init)
      guard let older = open.first, let newer = open.last, older.spec.source != newer.spec.source,
        situation.repository?.status?.activeJob != nil
      else { return }
      decision.change {
        $0.append(
          .updateBuild(older, status: older.superseded(by: newer.metadata.name, at: situation.now)))
      }
    },
    Mutant(name: "a failed build queued again") { _ in
    } after: { decision, situation in
      decision.change { actions in
        guard let failed = situation.builds.first(where: { $0.reason == .failed }) else { return }
        var status = failed.queued("waits for its turn", at: situation.now)
        status.completionTime = nil
        actions.append(.updateBuild(failed, status: status))
      }
    },
    Mutant(name: "cancelling overlooked") { situation in situation.changeBuilds { $0.spec.state = nil } },
    Mutant(name: "deleted branches overlooked") { _ in
    } after: { decision, _ in
      decision.changeClaim { claim, _ in
        for build in claim.builds.indices {
          for source in claim.builds[build].sources.indices {
            claim.builds[build].sources[source].package = nil
          }
        }
      }
    },
    Mutant(name: "superseded builds forgotten before their heir has run") { situation in
      let open = Set(situation.builds.filter { !$0.isFinished }.map(\.metadata.name))
      situation.builds.removeAll { $0.status?.supersededBy.map(open.contains) ?? false }
    },
    Mutant(name: "superseded builds deleted at once") { _ in
    } after: { decision, situation in
      decision.change { actions in
        for build in situation.builds where build.reason == .superseded {
          actions.append(.deleteBuild(build.key, uid: build.metadata.uid ?? ""))
        }
      }
    },
    Mutant(name: "a changed satis.json taken to be built") { situation in
      if case .success(let configuration) = situation.live.configuration,
        situation.repository?.status?.configHash != nil
      {
        situation.repository?.status?.configHash = configuration.hash
      }
    },
    Mutant(name: "Invalid by what the cache shows") { $0.live.hasRepository = true },
    Mutant(name: "finished Jobs kept") { _ in
    } after: { decision, situation in
      decision.change { actions in
        actions.removeAll {
          if case .deleteJob(let key, _) = $0 {
            situation.job(named: key.name)?.finishedCondition != nil
          } else {
            false
          }
        }
      }
    },
    Mutant(name: "finished builds kept") { _ in
    } after: { decision, _ in
      decision.change { $0.removeAll { if case .deleteBuild = $0 { true } else { false } } }
    },
    Mutant(name: "snapshots kept") { _ in
    } after: { decision, _ in
      decision.change { $0.removeAll { if case .deleteSnapshot = $0 { true } else { false } } }
    },
  ]

  static let all = ofClaims + ofBuilds
}
