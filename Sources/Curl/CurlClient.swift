/// The door to libcurl: requests as `async` calls, carried out by one thread.
///
/// Cancelling the task of a request closes its transfer. A client keeps its connections for later requests.
public final class CurlClient: Sendable {
  private let thread: CurlThread

  /// Starts the thread.
  ///
  /// - Throws: `CurlError` in phase `configuration` when libcurl or the thread cannot be had.
  public init() throws(CurlError) {
    thread = try CurlThread()
  }

  deinit {
    thread.requestStop()
  }

  /// Ends all transfers, which fail as cancelled, and the thread.
  public func shutdown() async {
    await thread.stop()
  }

  /// Sends a request and returns the response with its whole body.
  ///
  /// - Throws: `CurlError`, whose phase says how far the transfer came. A response with any HTTP status is none.
  public func send(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
    let transfer = Transfer(request, isStreaming: false)
    let body = try await run(transfer) { () async throws(CurlError) in try await transfer.wholeBody() }
    let head = try await transfer.head()
    return CurlResponse(status: head.status, headers: head.headers, body: body)
  }

  /// Sends a request and hands over the response while its body still comes. The transfer ends with the closure.
  ///
  /// - Throws: `CurlError` when there is no response, and what the closure throws.
  public func stream<Result>(
    _ request: CurlRequest, _ read: (CurlResponseHead, CurlBody) async throws -> Result
  ) async throws -> Result {
    let transfer = Transfer(request, isStreaming: true)
    defer { thread.cancel(transfer) }
    let head = try await run(transfer) { () async throws(CurlError) in try await transfer.head() }
    return try await withTaskCancellationHandler {
      try await read(head, CurlBody(transfer: transfer, thread: thread))
    } onCancel: {
      cancel(transfer)
    }
  }

  /// Ends a transfer for its reader at once, whether or not the thread knows it already, and closes it.
  private func cancel(_ transfer: Transfer) {
    transfer.ended(.failure(.cancelled(transfer.server)))
    thread.cancel(transfer)
  }

  private func run<Value>(
    _ transfer: Transfer, _ wait: () async throws(CurlError) -> Value
  ) async throws(CurlError) -> Value {
    let result: Swift.Result<Value, CurlError> = await withTaskCancellationHandler {
      thread.start(transfer)
      do throws(CurlError) {
        return .success(try await wait())
      } catch {
        return .failure(error)
      }
    } onCancel: {
      cancel(transfer)
    }
    return try result.get()
  }
}

/// The body of a response, piece by piece as it comes.
public struct CurlBody: AsyncSequence, Sendable {
  /// Bytes as they came; where they are split means nothing.
  public typealias Element = [UInt8]

  let transfer: Transfer
  let thread: CurlThread

  /// Begins to read; a body can be read once.
  public func makeAsyncIterator() -> Iterator {
    Iterator(transfer: transfer, thread: thread)
  }

  /// Reads a body.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let transfer: Transfer
    fileprivate let thread: CurlThread

    /// The next piece; nil at the end of the body.
    public mutating func next() async throws(CurlError) -> [UInt8]? {
      guard let piece = try await transfer.nextBytes() else { return nil }
      if piece.wasPaused { thread.resume(transfer) }
      return piece.bytes
    }
  }
}
