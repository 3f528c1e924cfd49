import CCurl

/// What libcurl's thread does: take commands, let libcurl work, tell the readers, wait.
struct EventLoop: ~Copyable {
  private let multi: MultiHandle
  private let mailbox: Mailbox
  private let configuration: CurlConfiguration
  private var transfers: [ObjectIdentifier: Transfer] = [:]

  /// Runs until told to stop.
  ///
  /// All that libcurl has is destroyed in here.
  static func run(_ multi: consuming MultiHandle, _ mailbox: Mailbox, _ configuration: CurlConfiguration) {
    mailbox.open(multi.waker)
    var loop = EventLoop(multi: multi, mailbox: mailbox, configuration: configuration)
    loop.run()
  }

  /// Tells those who came too late.
  private static func refuse(_ commands: [Mailbox.Command]) {
    for case .start(let exchange) in commands {
      exchange.end(.failure(.shutDown(exchange.destination)))
    }
  }

  private init(multi: consuming MultiHandle, mailbox: Mailbox, configuration: CurlConfiguration) {
    self.multi = multi
    self.mailbox = mailbox
    self.configuration = configuration
  }

  private mutating func run() {
    while obey(mailbox.take()) {
      multi.perform()
      endFinished()
      multi.poll(milliseconds: endOverdue(at: .now))
    }
    for transfer in transfers.values { cut(transfer, .shutDown(transfer.exchange.destination)) }
    // While the multi handle is still there: until now others could wake it.
    Self.refuse(mailbox.close())
  }

  /// - Returns: false for the command to stop.
  private mutating func obey(_ commands: [Mailbox.Command]) -> Bool {
    var goesOn = true
    for command in commands {
      switch command {
      case .start(let exchange): start(exchange)
      case .cancel(let exchange):
        if let transfer = transfers[ObjectIdentifier(exchange)] {
          if transfer.patience.hasWaited(configuration.doubtfulAfter, at: .now) { mailbox.doubt() }
          cut(transfer, .cancelled(exchange.destination))
        }
      case .resume(let exchange): transfers[ObjectIdentifier(exchange)]?.resume()
      case .bear(let exchange, let silence): transfers[ObjectIdentifier(exchange)]?.bear(silence: silence)
      case .stop: goesOn = false
      }
    }
    return goesOn
  }

  private mutating func start(_ exchange: Exchange) {
    do throws(CurlError) {
      // The command to cancel may have come, and found nothing, before this one.
      if exchange.isCancelled { throw .cancelled(exchange.destination) }
      let transfer = try Transfer(exchange, configuration)
      try transfer.listen()
      let code = multi.add(transfer.easy)
      guard code == CURLM_OK else {
        throw .configuration(
          exchange.destination, RequestProblem(CURLE_FAILED_INIT, String(cString: curl_multi_strerror(code))))
      }
      transfers[ObjectIdentifier(exchange)] = transfer
    } catch {
      exchange.end(.failure(error))
    }
  }

  private mutating func endFinished() {
    while let (context, code) = multi.nextFinished() {
      let transfer = Transfer.from(context)
      // libcurl looks at the time as well, and may be first.
      if code == CURLE_OPERATION_TIMEDOUT { doubtConnection(of: transfer) }
      end(transfer, transfer.outcome(code))
    }
  }

  /// Ends transfers that exceed a limit of time.
  ///
  /// - Returns: milliseconds until the next one may.
  private mutating func endOverdue(at now: ContinuousClock.Instant) -> Int32 {
    var nextDue: ContinuousClock.Instant?
    for transfer in transfers.values {
      guard let (limit, due) = transfer.patience.next else { continue }
      if due <= now {
        if limit == .response { doubtConnection(of: transfer) }
        cut(transfer, transfer.error(exceeding: limit))
      } else {
        nextDue = min(nextDue ?? due, due)
      }
    }
    // Nothing to do later means no reason to wake up: whoever has something will wake the thread.
    let wait = nextDue.map { Int32(($0 - now).milliseconds) } ?? .max
    return sharesConnections ? min(wait, Self.longestWait) : wait
  }

  /// The longest wait while requests may share a connection, in milliseconds.
  ///
  /// libcurl (7.88) reads for all requests of an HTTP/2 connection what it finds for one. Where that is more than fits into
  /// another one's buffer, it leaves the rest in its memory until it is called again, while the socket, on which it waits,
  /// has nothing more to say.
  private static let longestWait: Int32 = 20

  private var sharesConnections: Bool {
    transfers.values.contains { $0.exchange.delivery.sharesConnection }
  }

  /// A request has had no answer in its time.
  private func doubtConnection(of transfer: Transfer) {
    if transfer.patience.isConnected { mailbox.doubt() }
  }

  /// Ends a transfer that is not finished.
  private mutating func cut(_ transfer: Transfer, _ error: CurlError) {
    transfer.easy.forbidReuse()
    end(transfer, .failure(error))
  }

  /// Takes a transfer from libcurl, which closes what is left of it, and tells the readers.
  private mutating func end(_ transfer: Transfer, _ outcome: Result<CurlStreamHead, CurlError>) {
    multi.remove(transfer.easy)
    transfers[ObjectIdentifier(transfer.exchange)] = nil
    transfer.exchange.end(outcome)
  }
}
