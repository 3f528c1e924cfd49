import Curl
import KubernetesClient
import Synchronization

/// What calls were answered, with the times that it took in seconds.
struct Answers: Sendable {
  /// Builds that were promised.
  var stored: [(build: String, time: Double)] = []
  /// Those that were answered 503.
  var refused: [Double] = []
  /// Those that were answered otherwise, or not at all.
  var others = 0
  /// From the first call to the last answer.
  var wall = 0.0

  var count: Int { stored.count + refused.count + others }
  /// Seconds for each build that was stored.
  var each: Double { wall / Double(max(1, stored.count)) }
}

/// A webhook service that is called by many at once.
final class Target: Sendable {
  private let port: Int
  private let namespace: String
  private let clients: [CurlClient]
  private let numbers = Atomic(0)
  private let answers = Mutex(Answers())
  private let waiting = Atomic(0)

  /// - Parameter clients: share the calls.
  init(port: Int, namespace: String, clients: [CurlClient]) {
    self.port = port
    self.namespace = namespace
    self.clients = clients
  }

  /// Lets senders call one time after the other.
  func keepBusy(senders: Int, for time: Duration) async -> Answers {
    await measure {
      let end = ContinuousClock.now + time
      await withDiscardingTaskGroup { group in
        for _ in 0..<senders {
          group.addTask {
            while ContinuousClock.now < end { await self.call() }
          }
        }
      }
    }
  }

  /// Calls at a fixed rate, whether the earlier calls have been answered or not.
  ///
  /// - Parameter atMost: calls that may wait; what would be more is left out.
  func call(atRate rate: Double, for time: Duration, atMost limit: Int) async -> Answers {
    await measure {
      let start = ContinuousClock.now
      var sent = 0.0
      await withDiscardingTaskGroup { group in
        while case let passed = seconds(.now - start), passed < seconds(time) {
          while sent < passed * rate {
            sent += 1
            guard self.waiting.load(ordering: .relaxed) < limit else { continue }
            self.waiting.add(1, ordering: .relaxed)
            group.addTask {
              await self.call()
              self.waiting.subtract(1, ordering: .relaxed)
            }
          }
          try? await Task.sleep(for: .milliseconds(2))
        }
      }
    }
  }

  private func measure(_ body: () async -> Void) async -> Answers {
    answers.withLock { $0 = Answers() }
    let start = ContinuousClock.now
    await body()
    return answers.withLock { answers in
      answers.wall = seconds(.now - start)
      return answers
    }
  }

  private func call() async {
    let number = numbers.add(1, ordering: .relaxed).newValue
    let call = WebhookCall(port: port, namespace: namespace, repository: "r-\(number % 10)")
    let start = ContinuousClock.now
    let response = try? await clients[number % clients.count].send(call.request(delivery: "load-\(number)"))
    let time = seconds(.now - start)
    let build = response.flatMap { try? JSONValue(parsing: $0.body)["build"]?.text }
    answers.withLock { answers in
      switch (response?.status, build) {
      case (200, let build?), (202, let build?): answers.stored.append((build, time))
      case (503, _): answers.refused.append(time)
      default: answers.others += 1
      }
    }
  }
}
