import KubernetesClient
import SatisAPI
import TestSupport

/// Nothing happens beside the builds that `Standing` has made.
struct Idle {
  static let name = "idle"
  /// What a controller may ask when nothing happens: leases and watches are renewed.
  private static let renewals: Set<String> = ["update leases", "patch leases", "get leases"]

  let bench: Bench
  /// For how long it is watched, in seconds.
  let duration: Int

  func run(into results: inout Results) async throws {
    let flow = try BuildFlow("marker-idle", in: Standing.namespace, at: wallClock())
    try await bench.raw.send(flow.prepare() + [flow.ask()])
    guard let program = try bench.programs.start(.satisOperator, in: Standing.namespace) else { return }
    try await beside(program) {
      try await bench.wait(untilRunning: flow.build)
      // Until its events are written.
      try await Task.sleep(for: .seconds(15))
      bench.say("watching nothing for \(duration) s")
      let log = try RequestCount(auditLog: bench.auditLog)
      let before = try ProcessUsage(of: program.id).cpuSeconds
      try await Task.sleep(for: .seconds(duration))
      let spent = try ProcessUsage(of: program.id).cpuSeconds - before
      let requests = try log.requests(in: Standing.namespace)
      for (name, count) in requests.sorted(by: { $0.key < $1.key }) { bench.say("\(count) times: \(name)") }
      let others = requests.filter { !Self.renewals.contains($0.key) && !$0.key.hasPrefix("watch ") }
      results.add(Double(others.values.reduce(0, +)), Measure(Self.name, .requests, .satisOperator))
      results.add(spent / Double(duration), Measure(Self.name, .cpuShare, .satisOperator))
    }
  }
}
