import ControllerRuntime
import Curl
import Foundation
import KubernetesClient
import SatisAPI
import SatisController
import SatisWebhook
import TestSupport
import Testing

/// What Prometheus scrapes from the programs that users run, and what they log meanwhile.
@Suite(.timeLimit(.minutes(4))) struct MetricsTests {
  private let server: TestServer
  private let curl: CurlClient

  init() throws {
    server = try TestServer()
    curl = try CurlClient()
  }

  /// One scrape.
  private struct Scrape {
    let text: String
    /// By name and labels, as they are shown.
    var samples: [String: Double] = [:]
    /// Names behind `# TYPE`, with what they are.
    var types: [String: String] = [:]

    init(_ text: String) {
      self.text = text
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if line.hasPrefix("# TYPE "), words.count == 4 {
          types[String(words[2])] = String(words[3])
        } else if !line.hasPrefix("#"), let end = line.lastIndex(of: " ") {
          samples[String(line[..<end])] = Double(line[line.index(after: end)...])
        }
      }
    }

    /// Whether a metric has a number, of whatever labels.
    func hasSample(of description: MetricDescription) -> Bool {
      let name =
        if case .histogram = description.kind { "\(description.name)_count" } else { description.name }
      return samples.keys.contains { $0 == name || $0.hasPrefix("\(name){") }
    }
  }

  private func scrape(_ url: String) async throws -> Scrape? {
    do throws(CurlError) {
      let response = try await curl.send(CurlRequest(method: .get, url: url))
      guard response.status == 200 else { return nil }
      return Scrape(String(decoding: response.body, as: UTF8.self))
    } catch {
      guard error.phase == .connect else { throw error }
      return nil
    }
  }

  /// Scrapes until the numbers are as wanted; the test's time limit bounds the wait.
  private func scrape(_ url: String, until isSatisfied: (Scrape) -> Bool) async throws -> Scrape {
    while true {
      if let found = try await scrape(url), isSatisfied(found) { return found }
      try Task.checkCancellation()
      // Each look asks the server something, so that the other processes get a turn.
      _ = try await server.client.list(Namespace.self, in: nil, limit: 1)
    }
  }

  private func checkByPrometheus(_ scrape: Scrape) async throws {
    let promtool = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Metrics/promtool").path
    try await Command.run([promtool, "check", "metrics"], input: scrape.text)
  }

  private func expectDescribed(_ descriptions: [MetricDescription], in scrape: Scrape) {
    #expect(Set(scrape.types.keys) == Set(descriptions.map(\.name)))
    // Of a repository there is nothing before there is one.
    for description in descriptions where !description.labels.contains("repository") {
      #expect(scrape.hasSample(of: description), "\(description.name) is not there from the start")
    }
  }

  // MARK: - The controller

  private static let succeeded = #"satis_builds_total{operation="Build",result="Succeeded",trigger="Manual"}"#

  @Test func `the controller shows every metric from its start, and what a build does to them`() async throws
  {
    try await server.withNamespace { namespace in
      let port = try FreePort.find()
      let log = FileManager.default.temporaryDirectory.appendingPathComponent("\(namespace).log")
      defer { try? FileManager.default.removeItem(at: log) }
      let process = try OperatorProcess.controller(
        kubeconfig: server.kubeconfig, namespace: namespace, electsLeader: true, healthPort: port, log: log)
      defer { process.killHard() }
      let url = "http://127.0.0.1:\(port)/metrics"
      let leads = #"leader_election_master_status{name="satis-controller-leader"}"#
      let start = try await scrape(url) {
        $0.samples[#"reflector_lists_total{name="pods"}"#] == 1 && $0.samples[leads] == 1
      }
      expectDescribed(
        ProcessMetrics.descriptions + ClientMetrics.descriptions + LeaderElectionMetrics.descriptions
          + SatisController.metricDescriptions,
        in: start)
      #expect(!start.samples.keys.contains { $0.contains("repository=") })
      try await checkByPrometheus(start)
      #expect(
        start.samples.filter { $0.key.hasPrefix("satis_") && $0.value != 0 }.keys.sorted() == [
          "satis_job_slots"
        ])

      try await build("acme", in: namespace)
      let end = try await scrape(url) {
        $0.samples[Self.succeeded] == 1 && $0.samples["satis_jobs_running"] == 0
      }
      try await checkByPrometheus(end)
      #expect(end.samples[#"satis_build_queue_seconds_count{operation="Build"}"#] == 1)
      #expect(end.samples[#"satis_build_run_seconds_count{operation="Build"}"#] == 1)
      #expect(end.samples[#"satis_builds{state="Running"}"#] == 0)
      let labels = #"{namespace="\#(namespace)",repository="acme"}"#
      #expect(end.samples["satis_repository_failures_in_a_row\(labels)"] == 0)
      #expect(end.samples["satis_repository_last_success_timestamp_seconds\(labels)"] ?? 0 > 0)
      let reconciles = #"controller_runtime_reconcile_total{controller="satisrepository",result="success"}"#
      #expect(end.samples[reconciles] ?? 0 > 0)
      let created = end.samples.filter { name, _ in
        name.hasPrefix(#"rest_client_requests_total{code="201",method="POST""#)
      }
      #expect(created.values.reduce(0, +) >= 1)

      try await server.client.delete(
        SatisRepository.self, NamespacedName(namespace: namespace, name: "acme"), uid: nil,
        propagation: .background)
      _ = try await scrape(url) { !$0.samples.keys.contains { $0.contains("repository=") } }
      process.terminate()
      try expectReconcileIDs(in: log)
    }
  }

  /// Has a repository built, and plays Kubernetes' part in it.
  private func build(_ repository: String, in namespace: String) async throws {
    try await server.createRepository(repository, in: namespace)
    try await server.createBuild("b1", of: repository, in: namespace)
    let running = try await server.wait(for: SatisBuild.self, "b1", in: namespace) {
      $0.status?.jobName != nil
    }
    let key = NamespacedName(namespace: namespace, name: running.status?.jobName ?? "")
    let job = try await server.client.get(Job.self, key)
    let jobs = JobController(client: server.client)
    let pod = try await jobs.startPod(of: job)
    try await jobs.end(job, pod: pod, exitCode: 0, message: runnerReport(succeeded: true))
  }

  /// Every line is an object; those of one reconcile have its id and its repository.
  private func expectReconcileIDs(in log: URL) throws {
    let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map {
      try JSONValue(parsing: $0.utf8)
    }
    let builds = lines.filter { $0["message"] == "build status" || $0["message"] == "created a Job" }
    #expect(builds.count >= 3)
    #expect(builds.allSatisfy { $0["repository"]?.text?.hasSuffix("/acme") == true && $0["level"] == "info" })
    let ids = builds.compactMap { $0["reconcile-id"]?.text }
    #expect(ids.count == builds.count)
    #expect(Set(ids).count > 1)
    let metricProblems = lines.filter { $0["problem"] != nil }
    #expect(metricProblems.isEmpty)
  }

  @Test(arguments: ["text", "json"])
  func `a password in the server's address is not logged`(format: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(format)-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kubeconfig = folder.appendingPathComponent("kubeconfig")
    try """
    apiVersion: v1
    kind: Config
    current-context: away
    clusters: [{name: away, cluster: {server: "http://alex:hunter2@127.0.0.1:1"}}]
    users: [{name: nobody, user: {}}]
    contexts: [{name: away, context: {cluster: away, user: nobody}}]
    """.write(to: kubeconfig, atomically: true, encoding: .utf8)
    let log = folder.appendingPathComponent("log")
    let process = try OperatorProcess(
      [
        "webhook", "--kubeconfig", kubeconfig.path, "--port", "0", "--metrics-port", "0", "--log-format",
        format,
      ],
      log: log)
    defer { process.killHard() }
    var text = ""
    while !text.contains("using the cluster") {
      try Task.checkCancellation()
      await Task.yield()
      text = try String(contentsOf: log, encoding: .utf8)
    }
    #expect(text.contains("127.0.0.1:1"))
    #expect(!text.contains("hunter2"))
    #expect(text.hasPrefix("{\"time\":\"20") == (format == "json"))
  }

  // MARK: - The webhook service

  @Test func `the webhook service shows its metrics on a port of their own`() async throws {
    try await server.withNamespace { namespace in
      let service = try await WebhookProcess.start(kubeconfig: server.kubeconfig, namespace: namespace)
      defer { service.terminate() }
      let start = try #require(try await scrape(service.metricsAddress))
      let descriptions =
        ProcessMetrics.descriptions + ClientMetrics.descriptions + WebhookService.metricDescriptions
      // It watches nothing.
      expectDescribed(
        descriptions.filter { !$0.name.hasPrefix("reflector_") }, in: Self.withoutWatches(start))
      try await checkByPrometheus(start)
      let refused = #"satis_webhook_requests_total{host="github",result="unauthorized"}"#
      #expect(start.samples[refused] == 0)
      _ = try await service.post("{}", to: "nowhere")
      let end = try await scrape(service.metricsAddress) { $0.samples[refused] == 1 }
      #expect(end.samples[#"satis_webhook_request_duration_seconds_count{host="github"}"#] == 1)
    }
  }

  private static func withoutWatches(_ scrape: Scrape) -> Scrape {
    var scrape = scrape
    scrape.types = scrape.types.filter { !$0.key.hasPrefix("reflector_") }
    return scrape
  }

  // MARK: - The README

  @Test func `the README lists every metric with its labels, and no other`() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("README.md")
    var listed: [String: [String]] = [:]
    for line in try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
    where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map {
        $0.split(separator: "`").filter { $0.contains { $0 != " " && $0 != "," } }
      }
      guard cells.count == 3, let name = cells[0].first, name.contains("_"), !name.contains("-") else {
        continue
      }
      listed[String(name)] = cells[1].map(String.init)
    }
    let described =
      ProcessMetrics.descriptions + ClientMetrics.descriptions + LeaderElectionMetrics.descriptions
      + SatisController.metricDescriptions + WebhookService.metricDescriptions
    let expected = Dictionary(described.map { ($0.name, $0.labels) }) { first, _ in first }
    #expect(listed == expected)
  }
}
