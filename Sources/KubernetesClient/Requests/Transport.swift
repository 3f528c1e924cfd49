import Curl
import Logging

/// Carries requests to the server by libcurl: headers, credentials, and failures in the API's terms.
struct Transport: Sendable {
  /// Largest answer accepted.
  ///
  /// A page of 500 large objects stays below.
  private static let maximumBodyBytes = 256 << 20
  /// As much is read of what a server says of a failure.
  private static let longestStatus = 65_536

  private let configuration: ClusterConfiguration
  private let userAgent: String
  private let limits: ClientLimits
  private var curl: CurlClient
  private let credentials: Credentials
  private let sleep: @Sendable (Duration) async throws -> Void
  private let logger: Logger
  private let observe: @Sendable (ClientObservation) -> Void

  /// - Parameters:
  ///   - observe: is told what is asked and answered.
  ///   - sleep: how a request waits before it is sent again.
  init(
    configuration: ClusterConfiguration, userAgent: String, limits: ClientLimits, logger: Logger,
    observe: @escaping @Sendable (ClientObservation) -> Void = { _ in },
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) throws(KubernetesError) {
    self.configuration = configuration
    self.userAgent = userAgent
    self.limits = limits
    self.logger = logger
    self.observe = observe
    self.sleep = sleep
    credentials = Credentials(configuration)
    curl = try Self.connections(to: configuration, limits)
  }

  private static func connections(
    to configuration: ClusterConfiguration, _ limits: ClientLimits
  ) throws(KubernetesError) -> CurlClient {
    do throws(CurlError) {
      return try CurlClient(configuration: limits.connections)
    } catch {
      throw KubernetesError(request: "connect to \(configuration.server)", cause: .transport(error))
    }
  }

  /// The same with connections of its own.
  func withOwnConnections() throws(KubernetesError) -> Transport {
    var other = self
    other.curl = try Self.connections(to: configuration, limits)
    return other
  }

  func shutdown() async {
    await curl.shutdown()
  }

  /// Sends a request and decodes the object that is the answer.
  func object<Answer: KubernetesObject>(
    _ type: Answer.Type, _ request: APIRequest
  ) async throws(KubernetesError) -> Answer {
    try await answer(request) { (body) throws(JSONCodingError) in
      try JSONCoding.decodeObject(type, from: body)
    }
  }

  /// Sends a request and decodes the page of a list that is the answer.
  func list<Object: KubernetesObject>(
    _ type: Object.Type, _ request: APIRequest
  ) async throws(KubernetesError) -> ObjectList<Object> {
    try await answer(request) { (body) throws(JSONCodingError) in try ListReader.page(from: body) }
  }

  /// Sends a request and reads the list that is the answer while it comes, over a connection of its own.
  func longList<Object: KubernetesObject>(
    _ type: Object.Type, _ request: APIRequest
  ) async throws(KubernetesError) -> ObjectList<Object> {
    var reader = ListReader<Object>()
    _ = try await send(request) { outgoing in
      // It may be sent again.
      reader = ListReader()
      var outgoing = outgoing
      // However long it takes, as long as it goes on.
      outgoing.timeout = nil
      outgoing.silenceTimeout = limits.requestTimeout
      return try await curl.stream(outgoing) { head, body in
        let isList = (200..<300).contains(head.status)
        var told: [UInt8] = []
        for try await piece in body {
          if isList { try reader.append(piece) } else if told.count < Self.longestStatus { told += piece }
        }
        return CurlResponse(status: head.status, headers: head.headers, body: told)
      }
    }
    do throws(JSONCodingError) {
      return try reader.end()
    } catch {
      throw KubernetesError(request: request.description, cause: .unreadable(error.description))
    }
  }

  private func answer<Answer>(
    _ request: APIRequest, _ decode: ([UInt8]) throws(JSONCodingError) -> Answer
  ) async throws(KubernetesError) -> Answer {
    let body = try await send(request)
    do throws(JSONCodingError) {
      return try decode(body)
    } catch {
      throw KubernetesError(request: request.description, cause: .unreadable(error.description))
    }
  }

  /// Sends a request and returns the body of a good answer.
  ///
  /// It is sent again where that is safe: for a new credential, for certificates that have been replaced, and when
  /// the server asks for it.
  func send(_ request: APIRequest) async throws(KubernetesError) -> [UInt8] {
    try await send(request) { outgoing in try await curl.send(outgoing) }
  }

  /// - Parameter exchange: sends what it is given and returns the answer; of a good one, the body may be gone.
  private func send(
    _ request: APIRequest, _ exchange: (CurlRequest) async throws -> CurlResponse
  ) async throws(KubernetesError) -> [UInt8] {
    var retries = Retries()
    var mayRenew = true
    while true {
      let credential = try await credential(for: request)
      var outgoing = curlRequest(request, credential)
      outgoing.timeout = limits.requestTimeout
      let response: CurlResponse
      let startTime = ContinuousClock.now
      do {
        response = try await exchange(outgoing)
      } catch let error as CurlError {
        tell(request, code: nil, since: startTime)
        if error.phase == .tls, mayRenew, credentials.distrust(credential) {
          mayRenew = false
          continue
        }
        throw KubernetesError(request: request.description, cause: .transport(error))
      } catch {
        throw KubernetesError(request: request.description, cause: .unreadable("\(error)"))
      }
      tell(request, code: response.status, since: startTime)
      if (200..<300).contains(response.status) { return response.body }
      if response.status == 401, mayRenew, await credentials.refuse(credential) {
        mayRenew = false
        continue
      }
      let wait = Retries.retryAfter(response.header("Retry-After"))
      guard let delay = retries.delay(status: response.status, retryAfter: wait) else {
        throw refusal(request, status: response.status, body: response.body, retryAfter: wait)
      }
      logger.debug(
        "the server is busy and asked again later",
        metadata: ["request": "\(request)", "status": "\(response.status)", "delay": "\(delay)"])
      do {
        try await sleep(delay)
      } catch {
        throw KubernetesError(request: request.description, cause: .cancelled)
      }
    }
  }

  /// Sends a request whose answer is a stream of lines, until the server ends it.
  ///
  /// - Parameters:
  ///   - silence: a connection without a byte for this long counts as dead.
  ///   - opened: called when the server has accepted.
  ///   - handle: gets each line, and a way to set another limit of silence.
  /// - Throws: `KubernetesError`, and what `handle` throws.
  func lines(
    _ request: APIRequest, silence: Duration, opened: () -> Void,
    _ handle: (_ line: [UInt8], _ limitSilence: (Duration) -> Void) async throws -> Void
  ) async throws {
    do {
      try await stream(request, silence: silence) { body in
        opened()
        var buffer = LineBuffer()
        for try await chunk in body {
          for line in try buffer.append(chunk) { try await handle(line, body.limitSilence) }
        }
      }
    } catch let error as LineTooLong {
      throw KubernetesError(request: request.description, cause: .unreadable(error.description))
    }
  }

  /// Sends a request whose answer is read while it comes, over a connection of its own: a paused or slow stream must not
  /// hold up requests beside it.
  ///
  /// - Parameters:
  ///   - silence: a connection without a byte for this long counts as dead; nil where it may be silent for ever.
  ///   - read: gets the body of a good answer.
  /// - Throws: `KubernetesError`, and what `read` throws.
  func stream(
    _ request: APIRequest, silence: Duration?, _ read: (CurlBody) async throws -> Void
  ) async throws {
    let credential = try await credential(for: request)
    var outgoing = curlRequest(request, credential)
    outgoing.silenceTimeout = silence
    let startTime = ContinuousClock.now
    var isAnswered = false
    do {
      try await curl.stream(outgoing) { head, body in
        isAnswered = true
        tell(request, code: head.status, since: startTime)
        guard (200..<300).contains(head.status) else {
          // It is asked for again by whoever wants it, with what is read then.
          if head.status == 401 { _ = await credentials.refuse(credential) }
          var text: [UInt8] = []
          for try await chunk in body where text.count < Self.longestStatus { text += chunk }
          throw refusal(
            request, status: head.status, body: text,
            retryAfter: Retries.retryAfter(head.header("Retry-After")))
        }
        try await read(body)
      }
    } catch let error as CurlError {
      if !isAnswered { tell(request, code: nil, since: startTime) }
      if error.phase == .tls { _ = credentials.distrust(credential) }
      throw KubernetesError(request: request.description, cause: .transport(error))
    }
  }

  private func tell(_ request: APIRequest, code: Int?, since startTime: ContinuousClock.Instant) {
    observe(
      .request(
        .init(
          verb: request.verb.rawValue, method: request.verb.method, resource: request.resource, code: code,
          duration: ContinuousClock.now - startTime)))
  }

  private func credential(for request: APIRequest) async throws(KubernetesError) -> Credential {
    do throws(ConfigurationError) {
      return try await credentials.current()
    } catch {
      if Task.isCancelled { throw KubernetesError(request: request.description, cause: .cancelled) }
      throw KubernetesError(request: request.description, cause: .configuration(error.description))
    }
  }

  /// What every request has, a watch too.
  func curlRequest(_ request: APIRequest, _ credential: Credential) -> CurlRequest {
    var outgoing = CurlRequest(method: request.verb.method, url: configuration.server + request.target)
    outgoing.headers = [("Accept", request.accept), ("User-Agent", userAgent)]
    if let token = credential.token { outgoing.headers.append(("Authorization", "Bearer \(token)")) }
    if let body = request.body {
      outgoing.headers.append(("Content-Type", request.contentType))
      outgoing.body = body
    }
    outgoing.tls.certificateAuthority = credential.certificateAuthority
    outgoing.tls.clientCertificate = credential.clientCertificate
    outgoing.tls.clientKey = credential.clientKey
    outgoing.tls.verifies = !configuration.skipsCertificateCheck
    outgoing.tls.serverName = configuration.serverName
    outgoing.proxy = configuration.proxyURL
    outgoing.connectTimeout = limits.connectTimeout
    outgoing.maximumBodyBytes = Self.maximumBodyBytes
    return outgoing
  }

  /// The server's `Status` where it sent one, else what HTTP says.
  private func refusal(
    _ request: APIRequest, status: Int, body: [UInt8], retryAfter: Duration?
  ) -> KubernetesError {
    let told = try? JSONCoding.decode(KubernetesError.Status.self, from: body)
    let status = told.flatMap { $0.code == status ? $0 : nil } ?? KubernetesError.Status(code: status)
    return KubernetesError(request: request.description, cause: .status(status), retryAfter: retryAfter)
  }
}
