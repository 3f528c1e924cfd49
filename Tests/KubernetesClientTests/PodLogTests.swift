import Logging
import Synchronization
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1))) struct PodLogTests {
  private let key = NamespacedName(namespace: "shop", name: "pod")

  private func client(_ server: ScriptedServer) throws -> KubernetesClient {
    try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests/1", logger: Logger(label: "test"))
  }

  @Test func `a log comes as it is, empty lines and what follows the last line feed included`() async throws {
    let server = try ScriptedServer(.lines(["one", "", "three"], .complete))
    var bytes: [UInt8] = []
    try await client(server).log(of: key, container: "satis", follows: true) { bytes += $0 }
    #expect(String(decoding: bytes, as: UTF8.self) == "one\n\nthree\n")
    let request = try #require(server.requests.first)
    #expect(request.summary == "GET /api/v1/namespaces/shop/pods/pod/log")
    #expect(request.query == ["container": "satis", "follow": "true"])
  }

  @Test func `what is there alone is asked for without following`() async throws {
    let server = try ScriptedServer(.lines(["one"], .complete))
    var bytes: [UInt8] = []
    try await client(server).log(of: key, container: "satis", follows: false) { bytes += $0 }
    #expect(bytes == Array("one\n".utf8))
    #expect(server.requests.first?.query == ["container": "satis"])
  }

  @Test func `the server's reason for giving no log is in the error`() async throws {
    let server = try ScriptedServer(
      .json(
        #"{"kind":"Status","code":400,"reason":"BadRequest","message":"the container is waiting to start"}"#,
        status: 400))
    let client = try client(server)
    let error = await #expect(throws: KubernetesError.self) {
      try await client.log(of: key, container: "satis", follows: true) { _ in }
    }
    #expect(error?.isInvalid == true)
    #expect(error?.description.contains("get Pod shop/pod/log: the container is waiting to start") == true)
  }

  @Test func `who stops reading closes the connection`() async throws {
    struct Enough: Error {}
    let server = try ScriptedServer(.lines(["one"], .byTheClient))
    let client = try client(server)
    await #expect(throws: Enough.self) {
      try await client.log(of: key, container: "satis", follows: true) { _ in throw Enough() }
    }
    await server.clientHasClosed()
  }

  @Test func `a log that breaks off is an error`() async throws {
    let server = try ScriptedServer(.lines(["one"], .broken))
    let client = try client(server)
    await #expect(throws: KubernetesError.self) {
      try await client.log(of: key, container: "satis", follows: true) { _ in }
    }
  }
}
