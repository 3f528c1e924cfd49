import KubernetesClient
import SatisAPI

@testable import SatisController

extension Mutant {
  /// Mistakes about who may write.
  static let ofClaims: [Mutant] = [
    Mutant(name: "a Job without a claim") { _ in
    } after: { decision, _ in
      decision.change { actions in
        guard actions.contains(where: { if case .createJob = $0 { true } else { false } }) else { return }
        actions.removeAll { if case .updateRepository = $0 { true } else { false } }
      }
    },
    Mutant(name: "the Job before its claim") { _ in
    } after: { decision, _ in
      decision.change { actions in
        guard let job = actions.firstIndex(where: { if case .createJob = $0 { true } else { false } }),
          let claim = actions.firstIndex(where: { if case .updateRepository = $0 { true } else { false } })
        else { return }
        actions.swapAt(job, claim)
      }
    },
    Mutant(name: "the output as the cache shows it") { situation in
      situation.live.output = .init(jobs: situation.cachedJobs, pods: situation.cachedPods)
    },
    Mutant(name: "the output taken to be empty") { situation in
      if situation.repository?.status?.activeJob == nil { situation.live.output = .init(jobs: [], pods: []) }
    },
    Mutant(name: "pods that are being deleted overlooked") { situation in
      situation.keepPods { $0.metadata.deletionTimestamp == nil }
    },
    Mutant(name: "a claim given back at its Job's end, whatever its pod does") { situation in
      let finished = Set(
        (situation.live.output?.jobs ?? []).filter { $0.finishedCondition != nil }.map(\.metadata.name))
      situation.keepPods { !finished.contains($0.metadata.labels?["job-name"] ?? "") }
    },
    Mutant(name: "a Job number used again") { _ in
    } after: { decision, situation in
      guard let repository = situation.repository, let last = repository.status?.jobSequence else { return }
      decision.changeClaim { claim, status in
        status.jobSequence = last
        claim.name = ResourceNames.job(repository: repository.metadata, sequence: last)
      }
    },
    Mutant(name: "a deleted Job created again") { situation in
      guard let name = situation.repository?.status?.activeJob?.name, situation.job(named: name) == nil else {
        return
      }
      situation.changeBuilds { $0.status?.attempts?.removeAll { $0.jobName == name } }
    },
    Mutant(name: "a repository let go at once") { _ in
    } after: { decision, situation in
      guard let repository = situation.repository, repository.metadata.deletionTimestamp != nil,
        repository.hasFinalizer
      else { return }
      decision = .act([.setFinalizer(repository, false)], again: nil)
    },
    Mutant(name: "Jobs that no claim names left alone") { _ in
    } after: { decision, situation in
      let claimed = situation.repository?.status?.activeJob?.name
      let open = Set(
        (situation.live.output?.jobs ?? situation.cachedJobs).filter { $0.finishedCondition == nil }
          .map(\.metadata.name))
      decision.change { actions in
        actions.removeAll {
          if case .deleteJob(let key, _) = $0 {
            key.name != claimed && open.contains(key.name)
          } else {
            false
          }
        }
      }
    },
    Mutant(name: "overlapping outputs overlooked") { $0.neighbours = [] },
  ]
}
