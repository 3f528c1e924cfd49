import ControllerRuntime
import Crypto
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import KubernetesClient
import Logging
import SatisAPI
import Synchronization

@testable import SatisWebhook

/// The service with one repository, `satis/packages`, whose secret is `secret` and whose satis.json lists a package of each
/// host.
struct Fixture {
  static let secret = "Iegh7ohd"
  /// When every call comes in.
  static let time = Timestamp(seconds: 1_785_585_600)
  static let sources = [
    "https://github.com/acme/tools.git", "git@git.example.com:acme/tools.git",
    "https://gitlab.example.com/acme/tools.git", "git@bitbucket.org:acme/tools.git",
    "ssh://git@bitbucket.example.com:7999/acme/tools.git", "https://gitea.example.com/acme/tools",
    "git@ssh.dev.azure.com:v3/acme/Platform/tools",
  ]

  /// More time for a call than a busy machine takes from it.
  static let ampleTime: Duration = .seconds(3_600)

  let store = FakeStore()
  let logs = InMemoryLogHandler()
  let metrics = MetricsRegistry(WebhookService.metricDescriptions)
  var namespace: String? = "satis"
  var timeLimit = Self.ampleTime
  /// So often a call waits, for no time, before a request is sent again, where the API server is away.
  var waits = 2

  init() {
    store.add(secret: "packages-webhook", ["secret": Self.secret])
    store.add(Self.repository(secrets: [KeyReference(name: "packages-webhook", key: "secret")]))
  }

  /// A satis.json that lists sources, the first of which is the package `acme/tools`.
  static func satisJSON(_ sources: [String]) -> String {
    let entries = sources.enumerated().map { number, url in
      #"{"type": "vcs", "url": "\#(url)"\#(number == 0 ? #", "name": "acme/tools""# : "")}"#
    }
    return #"{"name": "acme/packages", "homepage": "https://packages.example.org", "repositories": ["#
      + entries.joined(separator: ", ") + "]}"
  }

  static func repository(
    _ name: String = "packages", namespace: String = "satis", uid: String = "5a1b", secrets: [KeyReference]?,
    sources: [String] = sources
  ) -> SatisRepository {
    var metadata = ObjectMetadata(name: name, namespace: namespace)
    metadata.uid = uid
    var spec = SatisRepository.Spec(
      config: .init(inline: satisJSON(sources)), output: .init(claimName: "output"))
    spec.webhook = secrets.map { .init(secretRefs: $0) }
    return SatisRepository(metadata: metadata, spec: spec)
  }

  /// Everything that was logged, as one text.
  var logText: String {
    logs.entries.map { "\($0.level) \($0.message) \($0.metadata)" }.joined(separator: "\n")
  }

  func send(_ call: Call) async throws -> Reply {
    try await send(.post, "/satis/packages", call)
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ call: Call
  ) async throws -> Reply {
    let logs = logs
    let waits = Mutex(waits)
    let application = WebhookService.application(
      store: store,
      configuration: .init(namespace: namespace, timeLimit: timeLimit),
      metrics: metrics,
      logger: Logger(label: "test") { _ in logs },
      now: { Self.time },
      sleep: { _ in
        let isOver = waits.withLock { left in
          left -= 1
          return left < 0
        }
        if isOver { throw CancellationError() }
      })
    return try await application.test(.router) { client in
      var headers = HTTPFields()
      for (name, value) in call.headers {
        guard let name = HTTPField.Name(name) else { continue }
        headers.append(HTTPField(name: name, value: value))
      }
      let response = try await client.executeRequest(
        uri: path, method: method, headers: headers, body: ByteBuffer(bytes: call.body))
      return Reply(response)
    }
  }
}

/// A call as a test changes it before it is sent.
struct Call: Sendable {
  var headers: [String: String]
  var body: [UInt8]

  init(_ headers: [String: String], _ body: String) {
    self.headers = headers
    self.body = Array(body.utf8)
  }

  /// With the header by which GitHub and generic senders sign.
  func signed(with secret: String = Fixture.secret) -> Call {
    var call = self
    call.headers["X-Hub-Signature-256"] = Self.signature(of: body, secret: secret)
    return call
  }

  static func signature(of body: [UInt8], secret: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
    let digits = code.map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0\(digits)" : digits
    }
    return "sha256=\(digits.joined())"
  }
}

/// What came back.
struct Reply: Sendable {
  let status: Int
  let headers: HTTPFields
  let body: String

  init(_ response: TestResponse) {
    status = response.status.code
    headers = response.headers
    body = String(buffer: response.body)
  }

  subscript(member: String) -> String? {
    (try? JSONValue(parsing: body.utf8))?[member]?.text
  }

  /// The names of the builds.
  var builds: [String] {
    (try? JSONValue(parsing: body.utf8))?["builds"]?.elements?.compactMap(\.text) ?? []
  }
}

extension DeliveryHandler {
  /// What a signed push is answered, in one word.
  func result(ofPushTo address: Address, secret: String) async -> String {
    let call = GitHubCalls.push().signed(with: secret)
    let headers = Headers(call.headers.map { (name: $0.key, value: $0.value) })
    let delivery = Delivery(headers: headers, body: call.body, time: Fixture.time)
    return await answer(delivery, from: GitHosts.sender(of: headers), to: address).result
  }
}
