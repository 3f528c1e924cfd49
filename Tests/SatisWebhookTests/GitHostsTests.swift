import HTTPTypes
import Testing

@testable import SatisWebhook

/// Which host a call comes from.
@Suite struct GitHostsTests {
  @Test func `a path may pin any host and no other name`() {
    for provider in GitHosts.providers { #expect(GitHosts.named(provider)?.provider == provider) }
    #expect(Set(GitHosts.providers).count == GitHosts.providers.count)
    #expect(GitHosts.named("bitbucket") == nil)
    #expect(GitHosts.named("GitHub") == nil)
  }

  @Test func `whoever cannot be recognised has to speak the generic form`() {
    let headers: [[(name: String, value: String)]] = [
      [], [("X-Other", "x")], [("User-Agent", "curl/8.5.0")], [("X-Request-Id", "x")],
    ]
    for headers in headers { #expect(GitHosts.sender(of: Headers(headers)).provider == "generic") }
  }

  @Test func `a pinned host wins over the headers`() async throws {
    let fixture = Fixture()
    var call = GenericTests.urlCall
    call.headers["X-GitHub-Event"] = "push"
    #expect(try await fixture.send(call).status == 401)
    #expect(try await fixture.send(.post, "/satis/packages/generic", call).status == 202)
  }

  @Test func `a host that is not known is told those that are`() async throws {
    let fixture = Fixture()
    let reply = try await fixture.send(.post, "/satis/packages/sourcehut", GitHubCalls.push().signed())
    #expect(reply.status == 404)
    #expect(reply["message"]?.contains("azure-devops") == true)
    #expect(fixture.store.requests.isEmpty)
  }
}
