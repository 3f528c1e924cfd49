/// The body of a response, in pieces as they come.
///
/// Where it is split means nothing. Cancelling a task that waits for a piece closes the transfer.
public struct CurlBody: AsyncSequence, Sendable {
  /// Bytes.
  public typealias Element = [UInt8]

  let exchange: Exchange

  /// Begins to read.
  ///
  /// Iterators of one body share its pieces.
  public func makeAsyncIterator() -> Iterator {
    Iterator(exchange: exchange)
  }

  /// Sets another `silenceTimeout` for the rest of the body, as where a stream has a lively part and then a quiet one.
  public func limitSilence(to silence: Duration) {
    exchange.bear(silence: silence)
  }

  /// Reads a body.
  public struct Iterator: AsyncIteratorProtocol {
    let exchange: Exchange

    /// All that has come since the last call, or else the next that comes; nil at the end of the body.
    ///
    /// - Throws: `CurlError` when the body broke off, also when it fell silent or the transfer was cancelled.
    public mutating func next() async throws(CurlError) -> [UInt8]? {
      try await exchange.cancelling { (exchange) async throws(CurlError) in try await exchange.nextBytes() }
    }
  }
}
