import Synchronization

/// A request and its response as the two sides share them: libcurl's thread fills it, tasks read it.
final class Exchange: Sendable {
  typealias Reader = CheckedContinuation<Void, Never>

  let request: CurlRequest
  let destination: Destination
  let delivery: Delivery
  private let mailbox: Mailbox
  private let inbox: Mutex<Inbox<Reader>>

  init(
    _ request: CurlRequest, _ delivery: Delivery, _ mailbox: Mailbox
  ) throws(CurlError) {
    self.request = request
    self.mailbox = mailbox
    destination = try Destination(request.url)
    self.delivery = delivery
    inbox = Mutex(Inbox(delivery))
  }

  // MARK: - The readers' side

  /// Hands the exchange to libcurl's thread.
  func start() {
    if !mailbox.post(.start(self)) { end(.failure(.shutDown(destination))) }
  }

  /// Runs something that waits for the exchange; a cancelled task closes the transfer.
  func cancelling<Value>(
    _ wait: (Exchange) async throws(CurlError) -> Value
  ) async throws(CurlError) -> Value {
    // `withTaskCancellationHandler` cannot throw typed errors.
    let result: Result<Value, CurlError> = await withTaskCancellationHandler {
      do throws(CurlError) { return .success(try await wait(self)) } catch { return .failure(error) }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// Asks for the transfer to be closed.
  ///
  /// Its readers hear of it when it is.
  func cancel() {
    if inbox.withLock({ $0.cancel() }) { _ = mailbox.post(.cancel(self)) }
  }

  /// Closes the transfer and returns when it is closed.
  func close() async {
    cancel()
    await wait(for: .end)
  }

  func bear(silence: Duration) {
    _ = mailbox.post(.bear(self, silence: silence))
  }

  func head() async throws(CurlError) -> CurlStreamHead {
    try await take(.head) { $0.peekHead() }
  }

  /// What has come of the body since the last call; nil at its end.
  func nextBytes() async throws(CurlError) -> [UInt8]? {
    let (bytes, mustResume) = try await take(.piece) { $0.takeBytes() }
    if mustResume { _ = mailbox.post(.resume(self)) }
    return bytes
  }

  func response() async throws(CurlError) -> CurlResponse {
    try await take(.end) { $0.takeResponse() }
  }

  private func take<Value: Sendable>(
    _ wish: Inbox<Reader>.Wish, _ look: @Sendable (inout Inbox<Reader>) -> Result<Value, CurlError>?
  ) async throws(CurlError) -> Value {
    while true {
      if let found = inbox.withLock({ look(&$0) }) { return try found.get() }
      await wait(for: wish)
    }
  }

  private func wait(for wish: Inbox<Reader>.Wish) async {
    await withCheckedContinuation { reader in
      if !inbox.withLock({ $0.park(reader, until: wish) }) { reader.resume() }
    }
  }

  // MARK: - libcurl's side

  var isCancelled: Bool { inbox.withLock { $0.isCancelled } }

  func accept(_ head: CurlStreamHead) {
    wake(
      inbox.withLock { inbox in
        inbox.accept(head)
        return inbox.readersToWake()
      })
  }

  func accept(_ bytes: UnsafeRawBufferPointer) -> Verdict {
    // Unsafe only in the eyes of the lock, which runs its closure at once: the bytes are copied and not kept.
    nonisolated(unsafe) let bytes = bytes
    let (verdict, readers) = inbox.withLock { ($0.accept(bytes), $0.readersToWake()) }
    wake(readers)
    return verdict
  }

  func end(_ outcome: Result<CurlStreamHead, CurlError>) {
    wake(
      inbox.withLock { inbox in
        inbox.end(outcome)
        return inbox.readersToWake()
      })
  }

  /// Called outside of the lock, which the readers are going to take.
  private func wake(_ readers: [Reader]) {
    for reader in readers { reader.resume() }
  }
}
