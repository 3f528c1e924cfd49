import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisStatusPage

@Suite struct RoutesTests {
  private let sample = Sample()

  private func ask(
    _ path: String,
    read: @escaping @Sendable (NamespacedName) async throws(KubernetesError) -> SatisBuild = Sample.notFound
  ) async throws -> TestResponse {
    let application = Application(router: sample.router(read: read))
    return try await application.test(.router) { client in
      try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
    }
  }

  @Test(arguments: [
    "/", "/page.css", "/page.js", "/chart.js", "/details.js", "/store.js", "/tables.js", "/words.js",
    "/icon.svg", "/session", "/builds/satis/a", "/nowhere",
  ])
  func `every answer forbids whatever the page does not need`(path: String) async throws {
    let headers = try await ask(path).headers
    let policy = try #require(headers[.contentSecurityPolicy])
    #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
    #expect(policy.contains("frame-ancestors 'none'; require-trusted-types-for 'script'"))
    #expect(!policy.contains("unsafe"))
    #expect(headers[.xContentTypeOptions] == "nosniff")
    #expect(HTTPField.Name("Referrer-Policy").flatMap { headers[$0] } == "no-referrer")
  }

  @Test func `the files of the page are asked for again, what is told is never kept`() async throws {
    #expect(try await ask("/page.js").headers[.cacheControl] == "no-cache")
    #expect(try await ask("/builds/satis/a").headers[.cacheControl] == "no-store")
  }

  @Test func `every file that the page names is there, and nothing is inline`() async throws {
    let page = String(buffer: try await ask("/").body)
    #expect(!page.contains("style=") && !page.contains("onclick") && !page.contains("<style"))
    for file in PageFile.all {
      let response = try await ask(file.path.description)
      #expect(response.status == .ok)
      #expect(response.body.readableBytes > 100, "\(file.path)")
      guard file.path.description.hasSuffix(".js") else { continue }
      for part in String(buffer: response.body).split(separator: "from './").dropFirst() {
        let name = part.prefix { $0 != "'" }
        #expect(PageFile.all.contains { $0.path.description.hasSuffix("/\(name)") }, "\(name)")
      }
    }
  }

  @Test func `a build's attempts and the end of its log are read when somebody looks`() async throws {
    let response = try await ask("/builds/satis/a") { key throws(KubernetesError) in
      var build = SatisBuild(
        metadata: ObjectMetadata(name: key.name, namespace: key.namespace),
        spec: .init(repositoryRef: LocalReference(name: "packages")))
      var attempt = SatisBuild.Attempt(number: 1, jobName: "packages-1", startTime: Sample.time(0))
      attempt.exitCode = 1
      attempt.reason = "SatisFailed"
      build.status = .init()
      build.status?.attempts = [attempt]
      build.status?.logTail = "cloning https://alex:hunter2@git.example.org/lib.git"
      return build
    }
    #expect(response.status == .ok)
    #expect(response.headers[.contentType] == "application/json")
    #expect(
      String(buffer: response.body) == """
        {"attempts":[{"exitCode":1,"job":"packages-1","number":1,"reason":"SatisFailed",\
        "started":"\(Sample.time(0))"}],"log":"cloning https://***@git.example.org/lib.git"}
        """)
  }

  @Test func `a build that is not there is not found, nor is one of another namespace asked for`()
    async throws
  {
    #expect(try await ask("/builds/satis/a").status == .notFound)
    let elsewhere = try await ask("/builds/kube-system/a") { key throws(KubernetesError) in
      throw KubernetesError(request: "get \(key)", cause: .unreadable("asked for"))
    }
    #expect(elsewhere.status == .notFound)
  }

  @Test func `while the API server is away a build cannot be looked at`() async throws {
    let response = try await ask("/builds/satis/a") { key throws(KubernetesError) in
      throw KubernetesError(request: "get \(key)", cause: .status(.init(code: 500)))
    }
    #expect(response.status == .serviceUnavailable)
  }
}
