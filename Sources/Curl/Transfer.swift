import CCurl

/// An exchange that libcurl works on.
///
/// It stays on libcurl's thread.
final class Transfer {
  let exchange: Exchange
  let easy: EasyHandle
  private(set) var patience: Patience
  private let start = ContinuousClock.now
  /// Whether libcurl has begun to look for an address; not while it hopes to share another transfer's connection.
  private var isOnItsWay = false
  private var head = HeadParser()
  /// Why a callback told libcurl to give up.
  private var refusal: CurlError?
  /// An address of the host that must not be reached; others may.
  private var refusedAddress: LocalAddress?

  init(_ exchange: Exchange, _ configuration: CurlConfiguration) throws(CurlError) {
    self.exchange = exchange
    patience = Patience(exchange.request, from: start)
    do throws(RequestProblem) {
      var easy = try EasyHandle()
      try easy.configure(exchange, configuration)
      self.easy = easy
    } catch {
      throw .configuration(exchange.destination, error)
    }
  }

  /// Lets libcurl call back.
  ///
  /// The caller keeps the transfer for as long as libcurl has it.
  func listen() throws(CurlError) {
    do throws(RequestProblem) {
      try easy.setCallbacks(
        context: Unmanaged.passUnretained(self).toOpaque(), resolving: beginToResolve, connected: connected,
        headerLine: receiveHeaderLine, body: receiveBody)
      if exchange.request.forbidsLocalAddresses {
        try easy.setSocketOpener(context: Unmanaged.passUnretained(self).toOpaque(), AddressGuard.openSocket)
      }
    } catch {
      throw .configuration(exchange.destination, error)
    }
  }

  static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  /// The reader has caught up.
  func resume() {
    patience.hear(at: .now)
    easy.resume()
  }

  /// The reader bears another silence from now on.
  func bear(silence: Duration) {
    patience.bear(silence: silence, at: .now)
  }

  // MARK: - The end

  /// What libcurl's result means for the readers.
  func outcome(_ code: CURLcode) -> Result<CurlStreamHead, CurlError> {
    if let refusal { return .failure(refusal) }
    if code == CURLE_COULDNT_CONNECT, let refusedAddress {
      return .failure(.forbidden(exchange.destination, refusedAddress))
    }
    guard code == CURLE_OK else { return .failure(error(code)) }
    return head.complete.map { .success($0) } ?? .failure(error(CURLE_WEIRD_SERVER_REPLY))
  }

  /// What the end of patience means for the readers.
  func error(exceeding limit: Patience.Limit) -> CurlError {
    switch limit {
    case .connection, .response: error(CURLE_OPERATION_TIMEDOUT)
    case .silence(let time): .silent(exchange.destination, for: time)
    }
  }

  private func error(_ code: CURLcode) -> CurlError {
    Failure(
      code: code, progress: Progress(easy, isOnItsWay: isOnItsWay, usesTLS: exchange.destination.usesTLS),
      complaint: easy.complaint, systemError: easy.systemError, elapsed: .now - start,
      destination: exchange.destination, usesProxy: exchange.request.proxy != nil
    ).error
  }

  // MARK: - Called by libcurl

  fileprivate func addressIsLookedFor() {
    isOnItsWay = true
  }

  /// An address of the host is not tried.
  func refuse(_ address: LocalAddress) {
    refusedAddress = address
  }

  fileprivate func connectionStands() {
    patience.connect(at: .now)
  }

  /// - Returns: whether to go on.
  fileprivate func accept(headerLine bytes: UnsafeRawBufferPointer) -> Bool {
    patience.hear(at: .now)
    switch head.accept(bytes) {
    case .more: break
    case .complete(let head): exchange.accept(head)
    case .tooLarge:
      refusal = .tooLarge(exchange.destination, what: "head", bytes: HeadParser.maximumBytes)
      return false
    }
    return true
  }

  fileprivate func accept(body bytes: UnsafeRawBufferPointer) -> Verdict {
    let verdict = exchange.accept(bytes)
    switch verdict {
    case .taken: patience.hear(at: .now)
    case .pause: patience.pause()
    case .tooLarge:
      refusal = .tooLarge(exchange.destination, what: "body", bytes: exchange.request.maximumBodyBytes)
    }
    return verdict
  }
}

private func beginToResolve(
  _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  if let context { Transfer.from(context).addressIsLookedFor() }
  return 0
}

private func connected(
  _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
  _: Int32, _: Int32
) -> Int32 {
  if let context { Transfer.from(context).connectionStands() }
  return CURL_PREREQFUNC_OK
}

private func receiveHeaderLine(
  _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let data, let context else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
  return Transfer.from(context).accept(headerLine: bytes) ? bytes.count : Int(CURL_WRITEFUNC_ERROR)
}

private func receiveBody(
  _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let data, let context else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
  return switch Transfer.from(context).accept(body: bytes) {
  case .taken: bytes.count
  case .pause: Int(CURL_WRITEFUNC_PAUSE)
  case .tooLarge: Int(CURL_WRITEFUNC_ERROR)
  }
}
