import Curl
import Logging

/// Carries requests to the server by libcurl: headers, credentials, and failures in the API's terms.
struct Transport: Sendable {
  /// Longest time for a request that is no watch.
  ///
  /// API servers end long requests after a minute themselves.
  private static let timeout: Duration = .seconds(60)
  /// Longest time to get a connection.
  private static let connectTimeout: Duration = .seconds(10)
  /// Largest answer accepted.
  ///
  /// A page of 500 large objects stays below.
  private static let maximumBodyBytes = 256 << 20

  private let configuration: ClusterConfiguration
  private let userAgent: String
  private let curl: CurlClient
  private let token: TokenReader
  private let logger: Logger
  private let observe: @Sendable (ClientObservation) -> Void

  init(
    configuration: ClusterConfiguration, userAgent: String, logger: Logger,
    observe: @escaping @Sendable (ClientObservation) -> Void = { _ in }
  ) throws(KubernetesError) {
    self.configuration = configuration
    self.userAgent = userAgent
    self.logger = logger
    self.observe = observe
    token = TokenReader(source: configuration.token)
    do throws(CurlError) {
      curl = try CurlClient()
    } catch {
      throw KubernetesError(request: "connect to \(configuration.server)", cause: .transport(error))
    }
  }

  func shutdown() async {
    await curl.shutdown()
  }

  /// Sends a request and decodes the answer.
  func object<Answer: Decodable>(
    _ type: Answer.Type, _ request: APIRequest
  ) async throws(KubernetesError) -> Answer {
    let body = try await send(request)
    do throws(JSONCodingError) {
      return try JSONCoding.decode(type, from: body)
    } catch {
      throw KubernetesError(request: request.description, cause: .unreadable(error.description))
    }
  }

  /// Sends a request and returns the body of a good answer.
  func send(_ request: APIRequest) async throws(KubernetesError) -> [UInt8] {
    var mayReadTokenAgain = true
    while true {
      var outgoing = try curlRequest(request)
      outgoing.timeout = Self.timeout
      let response: CurlResponse
      let startTime = ContinuousClock.now
      do throws(CurlError) {
        response = try await curl.send(outgoing)
      } catch {
        tell(request, code: nil, since: startTime)
        throw KubernetesError(request: request.description, cause: .transport(error))
      }
      tell(request, code: response.status, since: startTime)
      if response.status == 401, mayReadTokenAgain, token.invalidate() {
        mayReadTokenAgain = false
        continue
      }
      guard (200..<300).contains(response.status) else {
        throw refusal(request, status: response.status, body: response.body)
      }
      return response.body
    }
  }

  /// Sends a request whose answer is a stream of lines, until the server ends it.
  ///
  /// - Parameter silence: a connection without a byte for this long counts as dead.
  /// - Throws: `KubernetesError`, and what `handle` throws.
  func lines(
    _ request: APIRequest, silence: Duration, _ handle: ([UInt8]) async throws -> Void
  ) async throws {
    var outgoing = try curlRequest(request)
    // A connection for each watch: a paused or slow stream must not hold up requests beside it.
    outgoing.silenceTimeout = silence
    let startTime = ContinuousClock.now
    var isAnswered = false
    do {
      try await curl.stream(outgoing) { head, body in
        isAnswered = true
        tell(request, code: head.status, since: startTime)
        guard (200..<300).contains(head.status) else {
          if head.status == 401 { _ = token.invalidate() }
          var text: [UInt8] = []
          for try await chunk in body where text.count < 65_536 { text += chunk }
          throw refusal(request, status: head.status, body: text)
        }
        var buffer = LineBuffer()
        for try await chunk in body {
          for line in try buffer.append(chunk) { try await handle(line) }
        }
      }
    } catch let error as CurlError {
      if !isAnswered { tell(request, code: nil, since: startTime) }
      throw KubernetesError(request: request.description, cause: .transport(error))
    } catch let error as LineTooLong {
      throw KubernetesError(request: request.description, cause: .unreadable(error.description))
    }
  }

  private func tell(_ request: APIRequest, code: Int?, since startTime: ContinuousClock.Instant) {
    observe(
      .request(
        .init(
          verb: request.verb.rawValue, method: request.verb.method, resource: request.resource, code: code,
          duration: ContinuousClock.now - startTime)))
  }

  private func curlRequest(_ request: APIRequest) throws(KubernetesError) -> CurlRequest {
    var outgoing = CurlRequest(method: request.verb.method, url: configuration.server + request.target)
    outgoing.headers = [("Accept", "application/json"), ("User-Agent", userAgent)]
    do throws(ConfigurationError) {
      if let token = try token.token() { outgoing.headers.append(("Authorization", "Bearer \(token)")) }
    } catch {
      throw KubernetesError(request: request.description, cause: .configuration(error.description))
    }
    if let body = request.body {
      outgoing.headers.append(("Content-Type", request.contentType))
      outgoing.body = body
    }
    outgoing.tls.certificateAuthority = configuration.certificateAuthority
    outgoing.tls.clientCertificate = configuration.clientIdentity?.certificate
    outgoing.tls.clientKey = configuration.clientIdentity?.key
    outgoing.tls.verifies = !configuration.skipsCertificateCheck
    outgoing.tls.serverName = configuration.serverName
    outgoing.proxy = configuration.proxyURL
    outgoing.connectTimeout = Self.connectTimeout
    outgoing.maximumBodyBytes = Self.maximumBodyBytes
    return outgoing
  }

  /// The server's `Status` where it sent one, else what HTTP says.
  private func refusal(_ request: APIRequest, status: Int, body: [UInt8]) -> KubernetesError {
    if let details = try? JSONCoding.decode(KubernetesError.Status.self, from: body), details.code == status {
      return KubernetesError(request: request.description, cause: .status(details))
    }
    return KubernetesError(request: request.description, cause: .status(.init(code: status)))
  }
}
