/// The door to libcurl: requests as `async` calls, all carried out by one thread.
///
/// Connections are kept for later requests. Cancelling a task closes the transfer that it waits for.
public final class CurlClient: Sendable {
  private let mailbox = Mailbox()
  private let thread: LoopThread
  private let streamBufferBytes: Int

  /// Starts the thread.
  ///
  /// - Throws: `CurlError` in phase `configuration` when libcurl or the thread cannot be had.
  public init(configuration: CurlConfiguration = .init()) throws(CurlError) {
    try Library.initialise()
    streamBufferBytes = configuration.streamBufferBytes
    thread = try LoopThread { [mailbox] in EventLoop.run(mailbox, configuration) }
  }

  /// Ends the thread; nobody can be waiting for a transfer any more.
  deinit {
    _ = mailbox.post(.stop)
    thread.join()
  }

  /// Ends all transfers, whose readers get an error in phase `cancelled`, and the thread.
  ///
  /// It returns when all connections are closed. Later requests fail the same way.
  public func shutdown() async {
    _ = mailbox.post(.stop)
    await thread.waitUntilOver()
  }

  /// Sends a request and returns the response with its whole body, whatever its status.
  ///
  /// - Throws: `CurlError`; its phase says how far the transfer came.
  public func send(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
    let exchange = try Exchange(
      request, .whole(request.httpVersion, maximumBytes: request.maximumBodyBytes), mailbox)
    return try await exchange.cancelling { (exchange) async throws(CurlError) in
      exchange.start()
      return try await exchange.response()
    }
  }

  /// Sends a request and hands over the response as soon as its head is there, whatever its status.
  ///
  /// The transfer is closed when this returns: the closure has ended, by a value or an error, or the task was
  /// cancelled. The body may be read only until then.
  ///
  /// - Throws: `CurlError` when no head comes, and whatever the closure throws.
  public func stream<Value>(
    _ request: CurlRequest, _ read: (CurlStreamHead, CurlBody) async throws -> Value
  ) async throws -> Value {
    let exchange = try Exchange(request, .pieces(pauseAt: streamBufferBytes), mailbox)
    return try await withTaskCancellationHandler {
      exchange.start()
      do {
        let value = try await read(try await exchange.head(), CurlBody(exchange: exchange))
        await exchange.close()
        return value
      } catch {
        await exchange.close()
        throw error
      }
    } onCancel: {
      exchange.cancel()
    }
  }
}
