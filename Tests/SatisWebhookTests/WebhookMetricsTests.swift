import ControllerRuntime
import Hummingbird
import KubernetesClient
import Testing

@testable import SatisWebhook

@Suite struct WebhookMetricsTests {
  private let fixture = Fixture()
  private let push = GitHubCalls.push().signed()

  /// The value of a sample; nil when it is not there.
  private func value(_ sample: String) -> Double? {
    let line = fixture.metrics.exposition().split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
    return line.flatMap { Double($0.dropFirst(sample.count + 1)) }
  }

  @Test func `calls are counted by host and answer, and timed`() async throws {
    _ = try await fixture.send(push)
    _ = try await fixture.send(push)
    _ = try await fixture.send(GitHubCalls.push().signed(with: "wrong"))
    _ = try await fixture.send(GenericTests.urlCall)
    #expect(value(#"satis_webhook_requests_total{host="github",result="created"}"#) == 1)
    #expect(value(#"satis_webhook_requests_total{host="github",result="duplicate"}"#) == 1)
    #expect(value(#"satis_webhook_requests_total{host="github",result="unauthorized"}"#) == 1)
    #expect(value(#"satis_webhook_requests_total{host="generic",result="created"}"#) == 1)
    #expect(value(#"satis_webhook_requests_total{host="gitlab",result="created"}"#) == 0)
    #expect(value(#"satis_webhook_request_duration_seconds_count{host="github"}"#) == 3)
  }

  @Test func `paths and methods that lead nowhere make no label of their own`() async throws {
    _ = try await fixture.send(.post, "/one/two/three", push)
    _ = try await fixture.send(.post, "/four/five/six", push)
    _ = try await fixture.send(.get, "/satis/packages", push)
    #expect(value(#"satis_webhook_requests_total{host="none",result="not_found"}"#) == 2)
    #expect(value(#"satis_webhook_requests_total{host="none",result="method_not_allowed"}"#) == 1)
    #expect(!fixture.metrics.exposition().contains("four"))
  }

  @Test func `who may call the webhook may not read the metrics`() async throws {
    let reply = try await fixture.send(.get, "/metrics", push)
    #expect(reply.status == 405)
    #expect(!reply.body.contains("satis_webhook"))
  }

  @Test func `whatever a call is answered was there at zero`() throws {
    let build = NamespacedName(namespace: "satis", name: "b1")
    let refusals: [Refusal] = [
      .unauthorized(""), .malformed(""), .tooLarge(limit: 1), .unavailable(""),
      .overloaded(""), .timeout(""), .badHTTP,
    ]
    let answers =
      [.created([build]), .duplicate([build]), .pong, .ignored(reason: "")] + refusals.map(Answer.refused)
    #expect(answers.map(\.result) == WebhookMetrics.results)
    let hostless: [Refusal] = [
      .methodNotAllowed(allowed: ""), .unknownPath, .headerTooLarge(limit: 1), .timeout(""), .badHTTP,
    ]
    #expect(hostless.map(\.code) == WebhookMetrics.resultsWithoutHost)
    let before = sampleCount
    let metrics = WebhookMetrics(factory: fixture.metrics)
    for provider in GitHosts.providers {
      let sender = try #require(GitHosts.named(provider))
      for answer in answers { metrics.answered(answer, to: sender, after: .milliseconds(1)) }
    }
    for refusal in hostless { metrics.refused(refusal) }
    for limit in WebhookMetrics.Limit.allCases { metrics.pressed(limit) }
    #expect(sampleCount == before)
    #expect(fixture.metrics.problems.isEmpty)
  }

  private var sampleCount: Int {
    _ = WebhookMetrics(factory: fixture.metrics)
    return fixture.metrics.exposition().split(separator: "\n").count
  }
}
