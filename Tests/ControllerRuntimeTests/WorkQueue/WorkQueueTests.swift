import Synchronization
import Testing

@testable import ControllerRuntime

/// A gate that lets tasks through once it is open, and tells how many came to it.
private actor Gate {
  private var isOpen = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var arrivals = 0
  private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

  func pass() async {
    arrivals += 1
    for watcher in watchers where watcher.count <= arrivals { watcher.continuation.resume() }
    watchers.removeAll { $0.count <= arrivals }
    guard !isOpen else { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  func waitForArrivals(_ count: Int) async {
    guard arrivals < count else { return }
    await withCheckedContinuation { watchers.append((count, $0)) }
  }

  func open() {
    isOpen = true
    for continuation in waiting { continuation.resume() }
    waiting = []
  }
}

/// What the workers of a queue did.
private final class Ledger: Sendable {
  private struct State {
    var running: [Int: Int] = [:]
    var finished: [Int: Int] = [:]
    var mostAtOnce = 0
    var mostOfOneKey = 0
  }

  private let state = Mutex(State())

  func begin(_ key: Int) {
    state.withLock { state in
      state.running[key, default: 0] += 1
      state.mostAtOnce = max(state.mostAtOnce, state.running.values.reduce(0, +))
      state.mostOfOneKey = max(state.mostOfOneKey, state.running[key] ?? 0)
    }
  }

  /// Returns how many times the key was worked on.
  func end(_ key: Int) -> Int {
    state.withLock { state in
      state.running[key, default: 0] -= 1
      state.finished[key, default: 0] += 1
      return state.finished[key] ?? 0
    }
  }

  var finished: [Int: Int] { state.withLock { $0.finished } }
  var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
  var mostOfOneKey: Int { state.withLock { $0.mostOfOneKey } }
}

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
  @Test func `many tasks may add at once: every key is worked on, one worker a key, no more than allowed`()
    async
  {
    let queue = WorkQueue<Int>(maximumConcurrency: 4)
    let ledger = Ledger()
    queue.resume()
    await withTaskGroup { group in
      group.addTask {
        await queue.run { key in
          ledger.begin(key)
          await Task.yield()
          _ = ledger.end(key)
          if ledger.finished.count == 50 { queue.close() }
          return .settled
        }
      }
      for task in 0..<20 {
        group.addTask { queue.add((0..<50).map { ($0 + task * 7) % 50 }) }
      }
    }
    #expect(Set(ledger.finished.keys) == Set(0..<50))
    #expect(ledger.mostAtOnce <= 4)
    #expect(ledger.mostOfOneKey == 1)
  }

  @Test func `nothing is worked on before the queue is resumed`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 4)
    queue.add([1, 2, 3])
    let ledger = Ledger()
    await withTaskGroup { group in
      group.addTask {
        await queue.run { key in
          if ledger.end(key) > 0, ledger.finished.count == 3 { queue.close() }
          return .settled
        }
      }
      for _ in 0..<100 { await Task.yield() }
      #expect(ledger.finished.isEmpty)
      queue.resume()
    }
    #expect(ledger.finished == [1: 1, 2: 1, 3: 1])
  }

  @Test func `a permission lets work begin that has waited for it`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 4, waitsForPermission: true)
    queue.add([1])
    queue.resume()
    #expect(!queue.isAllowed)
    let ledger = Ledger()
    await withTaskGroup { group in
      group.addTask {
        await queue.run { key in
          _ = ledger.end(key)
          queue.close()
          return .settled
        }
      }
      for _ in 0..<100 { await Task.yield() }
      #expect(ledger.finished.isEmpty)
      queue.allow(until: .now + .seconds(3_600))
    }
    #expect(ledger.finished == [1: 1])
  }

  @Test func `failed work comes back by itself, and so does work that asks to look again`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 4)
    let ledger = Ledger()
    queue.add([1])
    queue.resume()
    await queue.run { key in
      switch ledger.end(key) {
      case 1, 2: return .failed
      case 3: return .again(after: .milliseconds(1))
      default:
        queue.close()
        return .settled
      }
    }
    #expect(ledger.finished == [1: 4])
  }

  @Test func `closing waits for the work that runs and begins no other`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 1)
    let gate = Gate()
    let ledger = Ledger()
    queue.add([1, 2])
    queue.resume()
    await withTaskGroup { group in
      group.addTask {
        await queue.run { key in
          await gate.pass()
          // The work is not cancelled: it may finish what it has begun.
          #expect(!Task.isCancelled)
          _ = ledger.end(key)
          return .settled
        }
      }
      await gate.waitForArrivals(1)
      queue.close()
      #expect(ledger.finished.isEmpty)
      await gate.open()
    }
    #expect(ledger.finished == [1: 1])
  }

  /// Runs a queue with work that ends when it is cancelled, and returns once it has begun.
  private func runHanging(_ queue: WorkQueue<Int>) async -> Task<Void, Never> {
    let started = AsyncStream<Void>.makeStream()
    queue.add([1])
    queue.resume()
    let run = Task {
      await queue.run { _ in
        started.continuation.yield()
        // Ends with the task.
        for await _ in AsyncStream<Never>.makeStream().stream {}
        #expect(Task.isCancelled)
        return .settled
      }
    }
    for await _ in started.stream { break }
    return run
  }

  @Test func `closing cancels work that does not end in time`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 1, patience: {})
    let run = await runHanging(queue)
    queue.close()
    await run.value
  }

  @Test func `a queue that was closed before it ran does nothing`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 1)
    queue.add([1])
    queue.resume()
    queue.close()
    await queue.run { _ in
      Issue.record("no work was to be done")
      return .settled
    }
  }

  @Test func `cancelling reaches the work that runs and ends the queue`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 4)
    let run = await runHanging(queue)
    run.cancel()
    await run.value
  }

  @Test func `cancelling ends an idle queue`() async {
    let queue = WorkQueue<Int>(maximumConcurrency: 4)
    queue.resume()
    let run = Task {
      await queue.run { _ in .settled }
    }
    await Task.yield()
    run.cancel()
    await run.value
  }
}
