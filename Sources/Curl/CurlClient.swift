/// The door to libcurl: requests as `async` calls, carried out by two threads, one for requests and one for streams.
///
/// Connections are kept for later requests. Cancelling a task closes the transfer that it waits for.
public final class CurlClient: Sendable {
  private let requests: RequestLanes
  private let streams: Lane
  private let streamBufferBytes: Int

  /// Starts the threads.
  ///
  /// - Throws: `CurlError` in phase `configuration` when libcurl or a thread cannot be had.
  public init(configuration: CurlConfiguration = .init()) throws(CurlError) {
    try Library.initialise()
    streamBufferBytes = configuration.streamBufferBytes
    requests = try RequestLanes(configuration)
    streams = try Lane(configuration)
  }

  /// Ends all transfers, whose readers get an error in phase `cancelled`, and the threads.
  ///
  /// It returns when all connections are closed. Later requests fail the same way.
  public func shutdown() async {
    await requests.shutdown()
    await streams.shutdown()
  }

  /// Sends a request and returns the response with its whole body, whatever its status.
  ///
  /// - Throws: `CurlError`; its phase says how far the transfer came.
  public func send(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
    let lane = requests.current
    let exchange = try Exchange(
      request, .whole(request.httpVersion, maximumBytes: request.maximumBodyBytes), lane.mailbox)
    // The lane ends with its last request when another has taken its place.
    defer { withExtendedLifetime(lane) {} }
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
    let exchange = try Exchange(request, .pieces(pauseAt: streamBufferBytes), streams.mailbox)
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
