import KubernetesClient
import Logging
import SatisAPI

@testable import SatisController

/// One run: everything there is, on one thread, in virtual time.
final class World: @unchecked Sendable {
  // Unchecked: a run lives on one thread from its beginning to its end.
  static let namespace = "shop"

  let seed: UInt64
  var dice: Dice
  let agenda = Agenda()
  let executor = StepExecutor()
  var trace: Trace
  var tally = Tally()
  private(set) var violations: [Violation] = []
  var faults: FaultPlan
  /// Whether the storage lets two processes lock one file.
  let ignoresLocks: Bool
  let mutant: Mutant?

  private(set) lazy var server = APIServer { [unowned self] in creationTime }
  let volumes = Volumes()
  var git = GitHost(count: 5)
  private(set) lazy var kubelet = Kubelet(world: self)
  private(set) lazy var jobController = JobController(world: self, habit: jobHabit)
  private(set) lazy var collector = GarbageCollector(world: self)
  private(set) lazy var ledger = Ledger(world: self)
  private(set) lazy var leaders = Leaders(world: self)
  private(set) lazy var people = People(world: self)
  /// Jobs at once over all repositories.
  let maximumJobs: Int?
  /// How often each repository tries a failed build again.
  let retryLimit: Int
  /// When the server does not take Jobs for want of quota.
  var isQuotaUsedUp = false
  /// Writes by controllers so far, by which one sees that nothing happens any more.
  var writes = 0
  private var hasEnded = false
  private let jobHabit: JobController.Habit
  private var configurations: [String: Result<SatisConfiguration, SatisConfiguration.Refusal>] = [:]
  private var byHash: [String: SatisConfiguration] = [:]

  init(seed: UInt64, trace: Trace.Purpose, mutant: Mutant?) {
    self.seed = seed
    self.mutant = mutant
    self.trace = Trace(trace)
    dice = Dice(seed: seed)
    faults = FaultPlan(&dice)
    ignoresLocks = dice.happens(0.05)
    jobHabit = dice.pick(JobController.Habit.allCases) ?? .failLate
    maximumJobs = dice.pick([Int?.none, 1, 2]) ?? nil
    retryLimit = Int(dice.number(0...3))
    if ignoresLocks { tally.count(.noLocks) }
    server.repositories.changed = { [unowned self] update in
      if case .deleted(let repository) = update {
        ledger.repositoryGone(repository)
        people.note(repository.metadata.name)
      }
      leaders.wake(\.repositories)
    }
    server.builds.changed = { [unowned self] update in
      ledger.buildChanged(update)
      leaders.wake(\.builds)
    }
    server.jobs.changed = { [unowned self] _ in leaders.wake(\.jobs) }
    server.pods.changed = { [unowned self] update in
      if case .applied(let pod) = update {
        kubelet.podChanged(pod)
        jobController.podChanged(pod)
      }
      leaders.wake(\.pods)
    }
    server.configurationChanged = { [unowned self] key in leaders.configurationChanged(key) }
    collector.start()
  }

  // MARK: - Time

  /// Plans a step.
  func plan(_ milliseconds: Int64, _ step: @escaping () -> Void) { agenda.after(milliseconds, step) }

  /// The time on a clock that is right.
  var wallClock: Timestamp { agenda.now.timestamp(skew: 0) }

  private var creationTime: Timestamp {
    agenda.now.timestamp(skew: strikes(.skewedServer, faults.skewedServer) ? dice.number(-3...3) : 0)
  }

  /// Lets time pass; whatever a step makes possible happens before the next one.
  func run(until end: VirtualTime) {
    while violations.isEmpty, agenda.step(until: end) { executor.drain() }
  }

  /// Lets what is under way come to its end, so that no task is left behind.
  func end() {
    faults = .quiet
    hasEnded = true
    leaders.end()
    let end = agenda.now.advanced(by: .seconds(200))
    while agenda.step(until: end) { executor.drain() }
    agenda.clear()
  }

  // MARK: - Chance

  /// Whether a fault strikes, which is counted.
  func strikes(_ fault: Fault, _ probability: Double) -> Bool {
    guard dice.happens(probability) else { return false }
    tally.count(fault)
    return true
  }

  // MARK: - Record

  /// Adds a line to the trace.
  func say(_ actor: @autoclosure () -> String, _ step: @autoclosure () -> String) {
    guard trace.purpose != .none, !hasEnded else { return }
    trace.add(agenda.now, actor(), step())
  }

  /// An invariant does not hold, which ends the run.
  func violate(_ invariant: Invariant, _ message: String) {
    guard !hasEnded else { return }
    say("VIOLATION", "\(invariant.rawValue): \(message)")
    violations.append(Violation(invariant: invariant, time: agenda.now, message: message))
  }

  // MARK: - satis.json

  /// Reads a satis.json; each text once.
  func configuration(text: String) -> Result<SatisConfiguration, SatisConfiguration.Refusal> {
    if let known = configurations[text] { return known }
    let result: Result<SatisConfiguration, SatisConfiguration.Refusal>
    do throws(SatisConfiguration.Refusal) {
      let configuration = try SatisConfiguration(text: text)
      byHash[configuration.hash] = configuration
      result = .success(configuration)
    } catch {
      result = .failure(error)
    }
    configurations[text] = result
    return result
  }

  /// The satis.json that a snapshot holds.
  func configuration(hash: String) -> SatisConfiguration? { byHash[hash] }
}
