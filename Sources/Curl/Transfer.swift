import Synchronization

/// One transfer as its two sides see it: libcurl's thread fills it, a task reads it.
final class Transfer: Sendable {
  /// Bytes that may wait for a slow reader before the connection is told to wait (HTTP/1.1 streams only:
  /// pausing one HTTP/2 stream makes libcurl 7.88 spin on the others).
  static let highWaterMark = 4 << 20

  let request: CurlRequest
  /// Host and port, for messages.
  let server: String
  /// Whether the reader takes the body piece by piece.
  let isStreaming: Bool

  private struct State {
    var headLines: [String] = []
    var status = 0
    var isHeadComplete = false
    var chunks: [[UInt8]] = []
    var waitingBytes = 0
    var isPaused = false
    var end: Result<Void, CurlError>?
    var reader: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  init(_ request: CurlRequest, isStreaming: Bool) {
    self.request = request
    self.isStreaming = isStreaming
    server = Self.server(of: request.url)
  }

  /// The part of a URL that messages may show: no user, path or query.
  private static func server(of url: String) -> String {
    let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return String(authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority)
  }

  // MARK: - libcurl's side

  /// What becomes of a piece of the body.
  enum Reception {
    case taken
    case paused
    case refused
  }

  func received(headerLine bytes: UnsafeRawBufferPointer) {
    let line = String(decoding: bytes, as: UTF8.self)
    wakeReader { state in
      if line.hasPrefix("HTTP/") {
        // An interim response such as 100 comes before the real one.
        state.headLines = []
        state.status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      } else if line == "\r\n" || line == "\n" {
        state.isHeadComplete = state.status >= 200
        return state.isHeadComplete
      } else {
        state.headLines.append(line)
      }
      return false
    }
  }

  func received(body bytes: UnsafeRawBufferPointer) -> Reception {
    var reception = Reception.taken
    wakeReader { state in
      if isStreaming {
        if request.httpVersion == .http1_1, state.waitingBytes >= Self.highWaterMark {
          state.isPaused = true
          reception = .paused
          return false
        }
      } else if state.waitingBytes + bytes.count > request.maximumBodyBytes {
        reception = .refused
        return false
      }
      state.chunks.append([UInt8](bytes))
      state.waitingBytes += bytes.count
      return isStreaming
    }
    return reception
  }

  var isEnded: Bool { state.withLock { $0.end != nil } }

  /// The transfer is over; of several ends the first counts.
  func ended(_ result: Result<Void, CurlError>) {
    wakeReader { state in
      guard state.end == nil else { return false }
      state.end = result
      return true
    }
  }

  /// Changes the state and wakes the reader if the change concerns it.
  private func wakeReader(_ change: (inout State) -> Bool) {
    let reader: CheckedContinuation<Void, Never>? = state.withLock { state in
      guard change(&state) else { return nil }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
  }

  // MARK: - The reader's side

  /// The status and header fields, once all of them are there.
  func head() async throws(CurlError) -> CurlResponseHead {
    while true {
      let head: CurlResponseHead? = try state.withLock { (state) throws(CurlError) in
        if state.isHeadComplete {
          return CurlResponseHead(status: state.status, headers: state.headLines.compactMap(Self.field))
        }
        if case .failure(let error) = state.end { throw error }
        if state.end != nil {
          throw CurlError(phase: .http, server: server, message: "the answer has no status line")
        }
        return nil
      }
      if let head { return head }
      await change { $0.isHeadComplete || $0.end != nil }
    }
  }

  /// What has come of the body since the last call; nil at its end.
  ///
  /// - Returns: the bytes, and whether libcurl has to be told to go on.
  func nextBytes() async throws(CurlError) -> (bytes: [UInt8], wasPaused: Bool)? {
    while true {
      let (piece, isOver): ((bytes: [UInt8], wasPaused: Bool)?, Bool) =
        try state.withLock { (state) throws(CurlError) in
          if !state.chunks.isEmpty {
            let bytes = state.chunks.count == 1 ? state.chunks[0] : Array(state.chunks.joined())
            state.chunks.removeAll(keepingCapacity: true)
            state.waitingBytes = 0
            defer { state.isPaused = false }
            return ((bytes, state.isPaused), false)
          }
          if case .failure(let error) = state.end { throw error }
          return (nil, state.end != nil)
        }
      if let piece { return piece }
      if isOver { return nil }
      await change { !$0.chunks.isEmpty || $0.end != nil }
    }
  }

  /// The whole body, once the transfer has ended.
  func wholeBody() async throws(CurlError) -> [UInt8] {
    while !isEnded {
      await change { $0.end != nil }
    }
    return try state.withLock { (state) throws(CurlError) in
      if case .failure(let error) = state.end { throw error }
      return state.chunks.count == 1 ? state.chunks[0] : Array(state.chunks.joined())
    }
  }

  /// Returns when it may be due; the caller looks again.
  private func change(_ isDue: (borrowing State) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isAlready = state.withLock { state in
        if isDue(state) { return true }
        state.reader = continuation
        return false
      }
      if isAlready { continuation.resume() }
    }
  }

  private static func field(_ line: String) -> (name: String, value: String)? {
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let value = line[line.index(after: colon)...]
    let trimmed = value.drop { $0 == " " || $0 == "\t" }
    let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
    return (String(line[..<colon]), String(trimmed[..<end]))
  }
}
