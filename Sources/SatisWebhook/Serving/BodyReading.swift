import Hummingbird

extension ServingLoad {
  /// Reads the raw body of a call and keeps its place in memory while it is worked on.
  ///
  /// - Throws: `Refusal.tooLarge` as soon as that is known, whether the call says so itself or not; and why the body does
  ///   not become whole.
  func withBody<Result>(
    of request: Request, upTo limit: Int, _ work: ([UInt8]) async throws(Refusal) -> Result
  ) async throws(Refusal) -> Result {
    if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
      throw .tooLarge(limit: limit)
    }
    var bytes: [UInt8] = []
    defer { drop(bytes.count) }
    do {
      for try await chunk in request.body {
        let size = bytes.count + chunk.readableBytes
        guard size <= limit else { throw Refusal.tooLarge(limit: limit) }
        try keep(chunk.readableBytes, ofBodyWith: size)
        bytes.append(contentsOf: chunk.readableBytesView)
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch let problem as BrokenBody {
      throw problem.refusal
    } catch {
      // The connection is gone.
      throw .badHTTP
    }
    return try await work(bytes)
  }
}
