import Curl
import Foundation
import KubernetesClient
import SatisAPI
import Synchronization
import TestSupport

/// Many calls of git hosts at once: as many as are answered, and then twice as many as can be stored.
///
/// Every build that was promised has to be there afterwards.
struct WebhookLoad {
  static let name = "load"
  static let overload = "overload"
  private static let floor = "load-floor"
  private static let repositories = 10
  /// Calls on their way at once: as many as the service takes on, but for a few.
  private static let senders = 120
  /// The load of this program is on the same machine.
  private static let clients = 4
  /// Calls that may wait for an answer when they come at a fixed rate.
  private static let mostWaiting = 2_000

  let bench: Bench
  /// Of load, in seconds; a quarter of that is overload.
  let duration: Int

  func run(into results: inout Results) async throws {
    let key = KeyReference(name: "hook", key: "secret")
    let now = wallClock()
    let flows = try (0..<Self.repositories).map {
      try BuildFlow("r-\($0)", in: Self.name, at: now, secret: key)
    }
    let bare = try BuildFlow("bare", in: Self.floor, at: now)
    for namespace in [Self.name, Self.floor] { try await bench.makeNamespace(namespace) }
    try await bench.raw.send([
      .create(
        Secret(
          metadata: ObjectMetadata(name: key.name, namespace: Self.name),
          data: [key.key: Base64Data(Array(WebhookCall.secret.utf8))]))
    ])
    try await bench.raw.send(flows.count) { try flows[$0].prepare() }
    let port = try FreePort.find()
    let curls = try (0..<Self.clients).map { _ in try CurlClient() }
    try await beside(try bench.programs.startWebhook(in: Self.name, port: port)) {
      try await bench.wait(untilHealthy: port, curls[0])
      let target = Target(port: port, namespace: Self.name, clients: curls)
      // Connections are made, and code and data are in memory.
      _ = await target.keepBusy(senders: Self.senders, for: .seconds(2))
      var bareTimes: [Double] = []
      var loads: [Answers] = []
      // One and the other in turn: an API server becomes slower the more it holds.
      for part in 0..<4 {
        let time = Duration.seconds(max(1, duration / 4))
        bareTimes.append(try await create(bare, part, for: time))
        let answers = await target.keepBusy(senders: Self.senders, for: time)
        bench.say(
          "bare \(rate(bareTimes[part])) builds a second, load \(rate(answers.each)) of \(answers.count) calls"
        )
        loads.append(answers)
      }
      let each = bareTimes.reduce(0, +) / 4
      let storm = await target.call(
        atRate: 2 / each, for: .seconds(max(1, duration / 4)), atMost: Self.mostWaiting)
      bench.say(
        "overload: \(storm.stored.count) stored and \(storm.refused.count) refused of \(storm.count) calls")
      let made = Set(
        try await bench.client.listAll(SatisBuild.self, in: Self.name).items.map(\.metadata.name))
      results.add(each, Measure(Self.name, .each, .floor))
      for load in loads { report(load, made, Self.name, into: &results) }
      report(storm, made, Self.overload, into: &results)
    }
  }

  private func rate(_ each: Double) -> Int { each > 0 ? Int(1 / each) : 0 }

  /// The loop that asks nothing before it creates.
  ///
  /// - Returns: the time for each build, in seconds.
  private func create(_ flow: BuildFlow, _ part: Int, for time: Duration) async throws -> Double {
    let start = ContinuousClock.now
    let count = try await bench.raw.send(for: time) { number in
      var build = flow.build
      build.metadata.name = "bare-\(part)-\(number)"
      return [try .create(build)]
    }
    return seconds(.now - start) / Double(max(1, count))
  }

  private func report(
    _ answers: Answers, _ made: Set<String>, _ scenario: String, into results: inout Results
  ) {
    func add(_ value: Double?, _ quantity: Quantity) {
      if let value { results.add(value, Measure(scenario, quantity, .satisOperator)) }
    }
    add(answers.each, .each)
    add(answers.stored.map(\.time).percentile(50), .median)
    add(answers.stored.map(\.time).percentile(99), .slowest)
    add(answers.refused.percentile(99), .slowestRefusal)
    add(Double(answers.refused.count) / Double(max(1, answers.count)), .refused)
    // An answer that is neither a promise nor a refusal is as bad as a broken promise.
    add(Double(answers.stored.filter { !made.contains($0.build) }.count + answers.others), .missing)
  }
}
