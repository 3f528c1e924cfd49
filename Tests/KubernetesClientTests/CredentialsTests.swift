import Synchronization
import Testing

@testable import KubernetesClient

/// A clock that moves when it is told to.
private final class ManualClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  var now: ContinuousClock.Instant { instant.withLock { $0 } }

  func advance(by duration: Duration) {
    instant.withLock { $0 = $0.advanced(by: duration) }
  }
}

@Suite struct CredentialsTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock()

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func credentials(_ change: (inout ClusterConfiguration) throws -> Void) rethrows -> Credentials {
    var configuration = ClusterConfiguration(server: "https://c", origin: "the test")
    try change(&configuration)
    return Credentials(configuration) { [clock] in clock.now }
  }

  private func tokens(in file: String) -> Credentials { credentials { $0.token = .file(path: file) } }

  private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  // MARK: - Tokens

  @Test func `no token stays none and a fixed one stays as it is, also when it is refused`() async throws {
    let none = credentials { _ in }
    #expect(try await none.current() == Credential())
    #expect(await !none.refuse(Credential()))
    let fixed = credentials { $0.token = .fixed("secret") }
    #expect(await !fixed.refuse(Credential(token: "secret")))
    #expect(try await fixed.current().token == "secret")
  }

  @Test func `a token file is read without the white space around the token`() async throws {
    let credential = try await tokens(in: directory.write("token", " first\r\n")).current()
    #expect(credential.token == "first")
  }

  @Test func `a token file is read again after a minute`() async throws {
    let credentials = tokens(in: try directory.write("token", "first"))
    #expect(try await credentials.current().token == "first")
    try directory.write("token", "second")
    clock.advance(by: .seconds(59))
    #expect(try await credentials.current().token == "first")
    clock.advance(by: .seconds(1))
    #expect(try await credentials.current().token == "second")
  }

  @Test func `a refused token is read again at once`() async throws {
    let credentials = tokens(in: try directory.write("token", "first"))
    let first = try await credentials.current()
    try directory.write("token", "second")
    #expect(await credentials.refuse(first))
    #expect(try await credentials.current().token == "second")
  }

  @Test func `a token file that is being replaced is used as it was, until the token is refused`()
    async throws
  {
    let credentials = tokens(in: try directory.write("token", "first"))
    let first = try await credentials.current()
    try directory.write("token", "")
    clock.advance(by: .seconds(60))
    #expect(try await credentials.current() == first)
    _ = await credentials.refuse(first)
    await #expect(throws: ConfigurationError.self) { try await credentials.current() }
  }

  @Test func `a token file that is missing or empty is named`() async throws {
    let missing = await #expect(throws: ConfigurationError.self) {
      try await tokens(in: "/nowhere/token").current()
    }
    #expect(
      missing?.description
        == "the bearer token needs the file /nowhere/token, which cannot be read: it does not exist")
    let path = try directory.write("token", "\n")
    let empty = await #expect(throws: ConfigurationError.self) { try await tokens(in: path).current() }
    #expect(empty?.description == "the bearer token needs the file \(path), which is empty")
  }

  // MARK: - Certificates

  @Test func `authority, certificate and key are read again after a minute, or when nobody trusts them`()
    async throws
  {
    func pem(_ name: String) throws -> PEM {
      PEM(Array("old".utf8), path: try directory.write(name, "old"))
    }
    let credentials = try credentials {
      $0.certificateAuthority = try pem("ca.crt")
      $0.clientIdentity = .init(certificate: try pem("client.crt"), key: try pem("client.key"))
    }
    let old = try await credentials.current()
    #expect(!credentials.distrust(old))
    for name in ["ca.crt", "client.crt", "client.key"] { try directory.write(name, name) }
    #expect(try await text(credentials.current().certificateAuthority) == "old")
    #expect(credentials.distrust(old))
    let renewed = try await credentials.current()
    // Of several requests that have failed together each is sent again.
    #expect(credentials.distrust(old))
    #expect(!credentials.distrust(renewed))
    #expect(text(renewed.certificateAuthority) == "ca.crt")
    #expect(text(renewed.clientCertificate) == "client.crt")
    #expect(text(renewed.clientKey) == "client.key")
    try directory.write("ca.crt", "newer")
    clock.advance(by: .seconds(60))
    #expect(try await text(credentials.current().certificateAuthority) == "newer")
  }

  @Test func `a client certificate that is refused is read again at once`() async throws {
    let path = try directory.write("client.crt", "old")
    let credentials = credentials {
      $0.clientIdentity = .init(certificate: PEM(Array("old".utf8), path: path), key: PEM([]))
    }
    let old = try await credentials.current()
    #expect(await !credentials.refuse(old))
    try directory.write("client.crt", "new")
    #expect(await credentials.refuse(old))
    #expect(try await text(credentials.current().clientCertificate) == "new")
  }

  @Test func `certificates that are no files stay as they are`() async throws {
    let credentials = credentials { $0.certificateAuthority = PEM([1]) }
    let credential = try await credentials.current()
    #expect(credential.certificateAuthority == [1])
    #expect(!credentials.distrust(credential))
  }
}
