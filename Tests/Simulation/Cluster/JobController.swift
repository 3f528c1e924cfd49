import KubernetesClient
import SatisAPI

@testable import SatisController

/// What a Job carries that its reduced form on the server does not.
struct PodTemplate {
  var claim: SatisRepository.ActiveJob
  var order: WorkOrder
  var output: SatisRepository.Output
}

/// Kubernetes' Job controller: it makes pods and says how Jobs ended.
final class JobController {
  /// What it does when a pod of an unfinished Job is being deleted.
  enum Habit: CaseIterable {
    /// A second pod at once, as before Kubernetes 1.25.
    case replace
    /// The Job fails at once, while the pod may still run.
    case failAtOnce
    /// The Job fails when the pod has ended, as with `podReplacementPolicy: Failed`.
    case failLate
  }

  private struct Work {
    var template: PodTemplate
    var excuse: String?
    var pods = 0
  }

  private unowned let world: World
  private let habit: Habit
  /// By the Job's uid.
  private var works: [String: Work] = [:]

  init(world: World, habit: Habit) {
    self.world = world
    self.habit = habit
  }

  /// A Job was created.
  ///
  /// - Parameter excuse: why its processes may overlap with others; nil when they must not.
  func adopt(_ job: Job, _ template: PodTemplate, excuse: String?) {
    works[job.metadata.uid ?? ""] = Work(template: template, excuse: excuse)
    let isLate = world.strikes(.latePod, world.faults.latePod)
    world.plan(isLate ? world.dice.number(5_000...90_000) : world.dice.duration(500)) { [self] in
      makePod(job, excuse: excuse)
    }
  }

  private func makePod(_ job: Job, excuse: String?) {
    let uid = job.metadata.uid ?? ""
    guard let stored = world.server.jobs[job.key], stored.metadata.uid == uid,
      stored.finishedCondition == nil, var work = works[uid]
    else { return }
    work.pods += 1
    works[uid] = work
    var metadata = ObjectMetadata(
      name: "\(job.metadata.name)-p\(work.pods)", namespace: job.key.namespace,
      labels: (job.metadata.labels ?? [:]).merging(["job-name": job.metadata.name]) { $1 })
    metadata.ownerReferences = [
      OwnerReference(apiVersion: "batch/v1", kind: "Job", name: job.metadata.name, uid: uid)
    ]
    let pod = try? world.server.create(
      Pod(metadata: metadata, status: .init(phase: "Pending")), in: world.server.pods)
    guard let pod else { return }
    world.say("jobs", "make pod \(pod.metadata.name)")
    world.kubelet.bring(pod, work.template, excuse: excuse)
  }

  /// A pod's status or metadata changed.
  func podChanged(_ pod: Pod) {
    guard let job = job(of: pod), job.finishedCondition == nil else { return }
    if pod.isFinished {
      world.plan(world.dice.duration(600)) { [self] in
        finish(job, succeeded: pod.status?.phase == "Succeeded")
      }
    } else if pod.metadata.deletionTimestamp != nil {
      switch habit {
      case .replace:
        guard let work = works[job.metadata.uid ?? ""], work.pods == 1 else { return }
        world.plan(world.dice.duration(500)) { [self] in
          guard works[job.metadata.uid ?? ""]?.pods == 1,
            world.server.jobs[job.key]?.metadata.uid == job.metadata.uid
          else { return }
          world.tally.count(.replacedPod)
          makePod(job, excuse: work.excuse ?? "its pod replaces another")
        }
      case .failAtOnce:
        world.plan(world.dice.duration(500)) { [self] in
          if world.server.pods[pod.key]?.isFinished == false { world.tally.count(.jobEndsFirst) }
          finish(job, succeeded: false)
        }
      case .failLate: break
      }
    }
  }

  /// A pod is gone from the server.
  func podGone(_ pod: Pod) {
    guard let job = job(of: pod), job.finishedCondition == nil else { return }
    world.plan(world.dice.duration(500)) { [self] in
      let others = world.server.pods.objects.values.contains {
        $0.metadata.labels?["job-name"] == job.metadata.name && !$0.isFinished
      }
      if !others { finish(job, succeeded: pod.status?.phase == "Succeeded") }
    }
  }

  private func finish(_ job: Job, succeeded: Bool) {
    guard let stored = world.server.jobs[job.key], stored.metadata.uid == job.metadata.uid,
      stored.finishedCondition == nil
    else { return }
    world.say("jobs", "Job \(job.metadata.name) is \(succeeded ? "Complete" : "Failed")")
    _ = try? world.server.change(job.key, in: world.server.jobs) { job in
      job.status = .init(conditions: [
        .init(
          type: succeeded ? "Complete" : "Failed", status: "True",
          reason: succeeded ? nil : "BackoffLimitExceeded")
      ])
    }
  }

  private func job(of pod: Pod) -> Job? {
    guard let owner = pod.metadata.ownerReferences?.first,
      let job = world.server.jobs[NamespacedName(namespace: pod.key.namespace, name: owner.name)],
      job.metadata.uid == owner.uid
    else { return nil }
    return job
  }
}
