import ControllerRuntime
import KubernetesClient
import Testing

/// What the queue, the client and an election tell, as it is scraped.
@Suite(.timeLimit(.minutes(1))) struct RuntimeMetricsTests {
  private let registry = MetricsRegistry(
    ControllerMetrics.descriptions + ClientMetrics.descriptions + LeaderElectionMetrics.descriptions)

  /// The value of a sample; nil when it is not there.
  private func value(_ sample: String) -> Double? {
    let line = registry.exposition().split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
    return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
  }

  @Test func `work is counted by its result and timed`() async {
    let metrics = ControllerMetrics(controller: "c", maximumConcurrency: 4, registry: registry)
    let queue = WorkQueue<Int>(maximumConcurrency: 4, observe: metrics.observe)
    metrics.follow(queue)
    #expect(value(#"controller_runtime_reconcile_total{controller="c",result="error"}"#) == 0)
    #expect(value(#"controller_runtime_max_concurrent_reconciles{controller="c"}"#) == 4)
    queue.add([1, 2, 2])
    #expect(value(#"workqueue_depth{name="c",controller="c"}"#) == 2)
    #expect(value(#"workqueue_adds_total{name="c",controller="c"}"#) == 2)
    queue.resume()
    await queue.run { key in
      if key == 2 {
        #expect(value(#"controller_runtime_active_workers{controller="c"}"#) ?? 0 >= 1)
        #expect(value(#"workqueue_unfinished_work_seconds{name="c",controller="c"}"#) ?? 0 > 0)
        #expect(value(#"workqueue_longest_running_processor_seconds{name="c",controller="c"}"#) ?? 0 > 0)
        queue.close()
        return .failed
      }
      return .again(after: .seconds(60))
    }
    #expect(value(#"controller_runtime_reconcile_total{controller="c",result="requeue_after"}"#) == 1)
    #expect(value(#"controller_runtime_reconcile_total{controller="c",result="error"}"#) == 1)
    #expect(value(#"controller_runtime_reconcile_total{controller="c",result="success"}"#) == 0)
    #expect(value(#"controller_runtime_reconcile_errors_total{controller="c"}"#) == 1)
    #expect(value(#"controller_runtime_reconcile_time_seconds_count{controller="c"}"#) == 2)
    #expect(value(#"controller_runtime_active_workers{controller="c"}"#) == 0)
    #expect(value(#"workqueue_queue_duration_seconds_count{name="c",controller="c"}"#) == 2)
    #expect(value(#"workqueue_work_duration_seconds_count{name="c",controller="c"}"#) == 2)
    #expect(value(#"workqueue_retries_total{name="c",controller="c"}"#) == 2)
    #expect(value(#"workqueue_depth{name="c",controller="c"}"#) == 0)
    #expect(registry.problems.isEmpty)
  }

  @Test func `requests are counted by code, method and host, those without an answer too`() {
    let metrics = ClientMetrics(server: "https://example.org:6443/prefix", factory: registry)
    func request(_ code: Int?) -> ClientObservation {
      .request(.init(verb: "list", method: "GET", resource: "jobs", code: code, duration: .milliseconds(30)))
    }
    #expect(
      value(#"rest_client_requests_total{code="201",method="POST",host="example.org:6443"}"#) == 0)
    for code in [200, 200, 503, nil] { metrics.observe(request(code)) }
    #expect(value(#"rest_client_requests_total{code="200",method="GET",host="example.org:6443"}"#) == 2)
    #expect(value(#"rest_client_requests_total{code="503",method="GET",host="example.org:6443"}"#) == 1)
    #expect(value(#"rest_client_requests_total{code="<error>",method="GET",host="example.org:6443"}"#) == 1)
    #expect(
      value(#"rest_client_request_duration_seconds_bucket{verb="GET",host="example.org:6443",le="0.025"}"#)
        == 0)
    #expect(
      value(#"rest_client_request_duration_seconds_bucket{verb="GET",host="example.org:6443",le="0.1"}"#) == 4
    )
    #expect(registry.problems.isEmpty)
  }

  @Test func `the host shows no password that stands before it`() {
    let metrics = ClientMetrics(server: "https://alex:p@ss@example.org/prefix", factory: registry)
    metrics.observe(.request(.init(verb: "get", method: "GET", resource: "jobs", code: 200, duration: .zero)))
    #expect(value(#"rest_client_requests_total{code="200",method="GET",host="example.org"}"#) == 1)
    #expect(!registry.exposition().contains("ss@"))
  }

  @Test func `watches are counted from zero`() {
    let metrics = ClientMetrics(server: "https://example.org", factory: registry)
    metrics.observe(.watch(resource: "jobs", .created))
    #expect(value(#"reflector_lists_total{name="jobs"}"#) == 0)
    #expect(value(#"reflector_watch_failures_total{name="jobs",reason="expired"}"#) == 0)
    #expect(value(#"reflector_watch_events_total{name="jobs",type="deleted"}"#) == 0)
    let incidents: [ClientObservation.Incident] = [
      .listed, .began, .event(.applied), .event(.applied), .failed(isExpired: true), .listed, .began,
      .failed(isExpired: false), .began,
    ]
    for incident in incidents { metrics.observe(.watch(resource: "jobs", incident)) }
    #expect(value(#"reflector_lists_total{name="jobs"}"#) == 2)
    #expect(value(#"reflector_watches_total{name="jobs"}"#) == 3)
    #expect(value(#"reflector_watch_events_total{name="jobs",type="applied"}"#) == 2)
    #expect(value(#"reflector_watch_failures_total{name="jobs",reason="expired"}"#) == 1)
    #expect(value(#"reflector_watch_failures_total{name="jobs",reason="error"}"#) == 1)
    #expect(registry.problems.isEmpty)
  }

  @Test func `whether this process leads is shown, first that it does not`() {
    let metrics = LeaderElectionMetrics(name: "lease", factory: registry)
    #expect(value(#"leader_election_master_status{name="lease"}"#) == 0)
    metrics.set(isLeader: true)
    #expect(value(#"leader_election_master_status{name="lease"}"#) == 1)
    metrics.set(isLeader: false)
    #expect(value(#"leader_election_master_status{name="lease"}"#) == 0)
    #expect(registry.problems.isEmpty)
  }
}
