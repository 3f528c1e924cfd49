import KubernetesClient
import SatisAPI

@testable import SatisController

/// What one decision about a repository costs, at three sizes of its queue; no server is asked.
///
/// The figure to look at is the last one: the cost for each build must not grow with their number.
enum DecisionCost {
  /// Measures and prints.
  static func run() {
    let sizes = [
      (finished: 500, queued: 100), (finished: 5_000, queued: 1_000), (finished: 50_000, queued: 10_000),
    ]
    var smallest: [String: Double] = [:]
    print("one decision, median of 11        finished    queued       time   per build   of the smallest's")
    for (name, hasJob) in [("a Job is running", true), ("the next Job is claimed", false)] {
      for size in sizes {
        let scene = Backlog(finished: size.finished, queued: size.queued, hasJob: hasJob)
        let time = median(of: 11) { scene.decide() }
        let each = time / Double(size.finished + size.queued)
        smallest[name] = smallest[name] ?? each
        print(
          name.padded(-32) + "\(size.finished)".padded(10) + "\(size.queued)".padded(10)
            + "\((time * 1_000).rounded(2)) ms".padded(11) + "\((each * 1_000_000).rounded(2)) µs".padded(12)
            + "\((each / (smallest[name] ?? each)).rounded(2))".padded(20))
      }
    }
  }

  private static func median(of count: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    body()
    let times = (0..<count).map { _ in
      clock.measure(body) / .seconds(1)
    }
    return times.sorted()[count / 2]
  }
}

/// A repository of 200 sources with a past and a queue.
private struct Backlog {
  private var situation: Situation

  init(finished: Int, queued: Int, hasJob: Bool) {
    let now = Timestamp(seconds: 1_700_000_000)
    let entries = (0..<200).map {
      #"{"type": "vcs", "url": "https://git.example.org/acme/p\#($0).git", "name": "acme/p\#($0)"}"#
    }
    let text =
      #"{"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": ["#
      + entries.joined(separator: ",") + "]}"
    var metadata = ObjectMetadata(name: "acme", namespace: "shop")
    metadata.uid = "uid-acme"
    metadata.finalizers = [ResourceNames.finalizer]
    var repository = SatisRepository(
      metadata: metadata, spec: .init(config: .init(inline: text), output: .init(claimName: "output")))
    let configuration = try? SatisConfiguration(text: text)
    var status = SatisRepository.Status()
    status.configHash = configuration?.hash
    var builds = (0..<finished).map { number in
      let build = Self.build("done-\(number)", number, now + Int64(-100 - number % 3_000))
      var done = build
      done.status = build.ended(.succeeded, "published", at: now + Int64(-50 - number % 3_000))
      return done
    }
    builds += (0..<queued).map { number in
      let build = Self.build("open-\(number)", number, now + Int64(-number))
      var open = build
      open.status = build.queued("waits for its turn", at: now)
      return open
    }
    if hasJob {
      status.activeJob = .init(
        name: "acme-1", startTime: now, configHash: configuration?.hash ?? "", full: false,
        builds: [.init(name: "open-0", uid: "uid-open-0", sources: [])])
    }
    repository.status = status
    var job = Job(metadata: ObjectMetadata(name: "acme-1", namespace: "shop"))
    job.metadata.ownerReferences = [repository.ownerReference]
    job.metadata.labels = [
      ResourceNames.outputLabel: ResourceNames.outputLabelValue(repository.spec.output)
    ]
    situation = Situation(
      key: repository.key, now: now, repository: repository, builds: builds, cachedJobs: hasJob ? [job] : [],
      cachedPods: [])
    situation.live.hasRepository = true
    situation.live.claims = [
      "output": PersistentVolumeClaim(metadata: ObjectMetadata(name: "output", namespace: "shop"))
    ]
    situation.live.configuration = configuration.map(Result.success)
    situation.live.slot = .granted
    situation.live.output = .init(jobs: hasJob ? [job] : [], pods: [])
    for build in builds where !build.isFinished { situation.live.builds[build.metadata.name] = .some(build) }
  }

  func decide() {
    _ = RepositoryPlanner.decide(situation)
  }

  private static func build(_ name: String, _ number: Int, _ created: Timestamp) -> SatisBuild {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.uid = "uid-\(name)"
    metadata.creationTimestamp = created
    return SatisBuild(
      metadata: metadata,
      spec: .init(
        repositoryRef: .init(name: "acme"),
        source: .init(url: "git@git.example.org:acme/p\(number % 200)", prune: number % 7 == 0 ? true : nil)))
  }
}
