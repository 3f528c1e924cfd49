import KubernetesClient
import SatisAPI

@testable import SatisController

/// Scheduler and kubelets: they bring pods up, run the runner in them, and say how it ended, late and not always.
final class Kubelet {
  /// A pod as its kubelet sees it.
  private final class Life {
    let key: NamespacedName
    let uid: String
    let claim: SatisRepository.ActiveJob
    let order: WorkOrder
    let output: SatisRepository.Output
    let excuse: String?
    var node: Node?
    var process: RunnerProcess?
    var isEvicted = false
    var isOver = false

    init(_ pod: Pod, _ template: PodTemplate, excuse: String?) {
      key = pod.key
      uid = pod.metadata.uid ?? ""
      claim = template.claim
      order = template.order
      output = template.output
      self.excuse = excuse
    }
  }

  let nodes = ["n1", "n2", "n3"].map(Node.init)
  private unowned let world: World
  private var lives: [String: Life] = [:]

  init(world: World) {
    self.world = world
  }

  // MARK: - Coming up

  /// A pod was created.
  func bring(_ pod: Pod, _ template: PodTemplate, excuse: String?) {
    let life = Life(pod, template, excuse: excuse)
    lives[life.uid] = life
    world.plan(world.dice.duration(800)) { [self] in schedule(life) }
  }

  private func schedule(_ life: Life) {
    guard isThere(life) else { return }
    guard !world.server.missingClaims.contains(life.output.claimName) else {
      return hold(life, "persistentvolumeclaim \"\(life.output.claimName)\" not found", for: 2_000...20_000)
    }
    if world.strikes(.unschedulable, world.faults.unschedulable) {
      return hold(life, "0/3 nodes", for: 5_000...200_000)
    }
    guard let node = world.dice.pick(nodes.filter(\.isReachable)) else {
      world.plan(5_000) { [self] in schedule(life) }
      return
    }
    life.node = node
    report(life) { pod in
      pod.spec = pod.spec ?? .init()
      pod.spec?.nodeName = node.name
      pod.status = Self.status("Pending", waiting: "ContainerCreating")
    }
    pull(life)
  }

  /// There is no node for a pod; the scheduler tries again later.
  private func hold(_ life: Life, _ message: String, for time: ClosedRange<Int64>) {
    report(life) { pod in
      var status = Pod.Status(phase: "Pending")
      status.conditions = [
        .init(type: "PodScheduled", status: "False", reason: "Unschedulable", message: message)
      ]
      pod.status = status
    }
    world.plan(world.dice.number(time)) { [self] in schedule(life) }
  }

  private func pull(_ life: Life) {
    guard isThere(life) else { return }
    if world.strikes(.imagePull, world.faults.imagePull) {
      report(life) { $0.status = Self.status("Pending", waiting: "ImagePullBackOff") }
      world.plan(world.dice.number(5_000...200_000)) { [self] in pull(life) }
      return
    }
    world.plan(world.dice.duration(1_500)) { [self] in start(life) }
  }

  private func start(_ life: Life) {
    guard isThere(life), let node = life.node, let pod = world.server.pods[life.key] else { return }
    guard node.isReachable, pod.metadata.deletionTimestamp == nil else {
      // A kubelet that cannot ask starts what it knows of later, when it is back.
      if !node.isReachable { node.backlog.append { [self] in start(life) } }
      return
    }
    let directory = world.volumes.directory(claimName: life.output.claimName, path: life.output.path)
    let process = RunnerProcess(
      world: world, order: life.order, claim: life.claim, pod: pod, directory: directory,
      configuration: world.configuration(hash: life.claim.configHash), excuse: life.excuse
    ) { [self] process, report in ended(life, report) }
    life.process = process
    process.start()
    if pod.stopTime != nil { process.terminate() }
    world.plan(world.dice.duration(400)) { [self] in
      guard !life.isOver, process.isAlive else { return }
      report(life) { pod in
        var status = Self.status("Running", waiting: nil)
        status.containerStatuses = [
          .init(
            name: JobManifest.containerName, state: .init(running: .init(startedAt: self.world.wallClock)))
        ]
        pod.status = status
      }
    }
    disturb(life, process)
  }

  private func disturb(_ life: Life, _ process: RunnerProcess) {
    let moment = world.dice.number(500...15_000)
    if world.strikes(.outOfMemory, world.faults.outOfMemory) {
      world.plan(moment) { process.kill() }
    } else if world.strikes(.evicted, world.faults.evicted) {
      world.plan(moment) { [self] in
        guard process.isAlive, !life.isOver else { return }
        life.isEvicted = true
        if world.dice.happens(0.5) { process.kill() } else { process.terminate() }
      }
    }
  }

  private static func status(_ phase: String, waiting: String?) -> Pod.Status {
    Pod.Status(
      phase: phase,
      containerStatuses: waiting.map {
        [.init(name: JobManifest.containerName, state: .init(waiting: .init(reason: $0)))]
      })
  }

  // MARK: - Going down

  private func ended(_ life: Life, _ report: RunnerProcess.Report?) {
    guard !life.isOver else { return leave(life) }
    life.isOver = true
    let isLost = report != nil && world.strikes(.reportLost, world.faults.reportLost)
    let end = world.wallClock
    world.plan(world.dice.duration(700)) { [self] in
      self.report(life) { pod in
        let isStopped = pod.spec?.activeDeadlineSeconds == 1
        pod.status = Pod.Status(
          phase: report?.succeeded == true && !isStopped && !life.isEvicted ? "Succeeded" : "Failed")
        if isStopped { pod.status?.reason = "DeadlineExceeded" }
        if life.isEvicted { pod.status?.reason = "Evicted" }
        guard !isLost else { return }
        let exitCode = report == nil ? 137 : report?.succeeded == true ? 0 : 1
        pod.status?.containerStatuses = [
          .init(
            name: JobManifest.containerName,
            state: .init(
              terminated: .init(
                exitCode: exitCode, reason: report == nil ? "OOMKilled" : nil, message: report?.text,
                finishedAt: end)))
        ]
      }
      leave(life)
    }
  }

  /// The pod was marked as being deleted, told to stop, or is to be ended by its deadline.
  func podChanged(_ pod: Pod) {
    guard let life = lives[pod.metadata.uid ?? ""] else { return }
    if pod.metadata.deletionTimestamp != nil {
      world.plan(world.dice.duration(400)) { [self] in atNode(life) { [self] in stop(life, removing: true) } }
    } else if pod.spec?.activeDeadlineSeconds == 1, !life.isOver {
      world.plan(world.dice.duration(600)) { [self] in atNode(life) { [self] in stop(life, removing: false) }
      }
    } else if pod.stopTime != nil, !world.dice.happens(0.2) {
      world.plan(world.dice.duration(1_500)) { [self] in atNode(life) { life.process?.terminate() } }
    }
  }

  private func stop(_ life: Life, removing: Bool) {
    if let process = life.process, process.isAlive {
      process.terminate()
    } else if removing {
      life.isOver = true
      leave(life)
    } else if !life.isOver {
      life.isOver = true
      report(life) { pod in
        pod.status = Self.status("Failed", waiting: nil)
        pod.status?.reason = "DeadlineExceeded"
      }
    }
  }

  /// A pod that is to go goes once nothing of it runs any more.
  private func leave(_ life: Life) {
    guard life.process?.isAlive != true else { return }
    world.plan(world.dice.duration(300)) { [self] in
      atNode(life) { [self] in
        guard let pod = world.server.pods[life.key], pod.metadata.uid == life.uid,
          pod.metadata.deletionTimestamp != nil
        else { return }
        remove(pod)
      }
    }
  }

  /// Takes a pod off the API server, whatever still runs of it.
  func remove(_ pod: Pod) {
    world.say("kubelet", "pod \(pod.metadata.name) is gone")
    _ = try? world.server.delete(pod.key, in: world.server.pods, ifUID: pod.metadata.uid)
    world.jobController.podGone(pod)
  }

  /// `kubectl delete pod --force`, as for a pod on a lost node.
  func force(_ pod: Pod) {
    if let life = lives[pod.metadata.uid ?? ""], let process = life.process, process.isAlive {
      process.excuse = "its pod was deleted by force"
      // A kubelet that is there notices soon.
      world.plan(world.dice.number(1_000...30_000)) { [self] in atNode(life) { process.terminate() } }
    }
    remove(pod)
  }

  // MARK: - Nodes

  func lose(_ node: Node) {
    guard node.isReachable else { return }
    node.isReachable = false
    world.tally.count(.nodeLost)
    world.say("node", "\(node.name) is out of reach")
    for life in lives.values.sorted(by: { $0.uid < $1.uid }) where life.node === node {
      guard let process = life.process, process.isAlive else { continue }
      process.excuse = "its node was out of reach"
      if world.dice.happens(0.5) { process.hang(for: world.dice.number(10_000...500_000)) }
    }
    world.plan(world.dice.number(20_000...60_000)) { [self] in
      guard !node.isReachable else { return }
      for pod in pods(on: node) { world.server.beginDeletion(of: pod.key, graceSeconds: 30) }
      if world.dice.happens(0.4) {
        world.plan(world.dice.number(30_000...400_000)) { [self] in abandon(node) }
      }
    }
    world.plan(world.dice.number(5_000...600_000)) { [self] in recover(node) }
  }

  /// An administrator knows that the node is gone, or thinks so.
  func abandon(_ node: Node) {
    guard !node.isReachable else { return }
    for pod in pods(on: node) where pod.metadata.deletionTimestamp != nil {
      world.tally.count(.forcedDeletion)
      world.say("people", "delete pod \(pod.metadata.name) by force")
      force(pod)
    }
  }

  func recover(_ node: Node) {
    guard !node.isReachable else { return }
    node.isReachable = true
    world.tally.count(.nodeBack)
    world.say("node", "\(node.name) is back")
    let backlog = node.backlog
    node.backlog = []
    var delay: Int64 = 0
    for step in backlog {
      delay += world.dice.number(0...1_000)
      world.plan(delay, step)
    }
  }

  private func pods(on node: Node) -> [Pod] {
    world.server.pods.sorted.filter { $0.spec?.nodeName == node.name }
  }

  private func atNode(_ life: Life, _ step: @escaping () -> Void) {
    if let node = life.node, !node.isReachable { node.backlog.append(step) } else { step() }
  }

  private func report(_ life: Life, _ change: @escaping (inout Pod) -> Void) {
    atNode(life) { [self] in
      guard isThere(life) else { return }
      _ = try? world.server.change(life.key, in: world.server.pods, change)
    }
  }

  private func isThere(_ life: Life) -> Bool {
    world.server.pods[life.key]?.metadata.uid == life.uid
  }
}
