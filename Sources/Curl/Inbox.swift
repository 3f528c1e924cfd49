/// What has come of a response and is not yet read: the state between libcurl's thread and the readers, without I/O.
///
/// `Reader` is what wakes a waiting reader up.
struct Inbox<Reader: Sendable>: Sendable {
  /// What a reader waits for.
  enum Wish {
    case head
    case piece
    case end
  }

  private let delivery: Delivery
  private var head: CurlStreamHead?
  private var unread: [UInt8] = []
  private var isPaused = false
  private var waiting: [(reader: Reader, wish: Wish)] = []
  /// How the transfer ended; nil while it runs.
  ///
  /// No response is whole without a head.
  private(set) var outcome: Result<CurlStreamHead, CurlError>?
  /// Whether the readers have lost interest.
  private(set) var isCancelled = false

  init(_ delivery: Delivery) {
    self.delivery = delivery
  }

  // MARK: - libcurl's side

  mutating func accept(_ head: CurlStreamHead) {
    self.head = head
  }

  mutating func accept(_ bytes: some Collection<UInt8>) -> Verdict {
    switch delivery {
    case .whole(_, let maximumBytes):
      guard unread.count + bytes.count <= maximumBytes else { return .tooLarge }
    case .pieces(let pauseAt):
      guard unread.count < pauseAt else {
        isPaused = true
        return .pause
      }
    }
    unread.append(contentsOf: bytes)
    return .taken
  }

  /// The transfer is closed; of several ends the first counts.
  mutating func end(_ outcome: Result<CurlStreamHead, CurlError>) {
    if self.outcome == nil { self.outcome = outcome }
  }

  /// The readers that now find what they wait for.
  ///
  /// They are no longer waiting then.
  mutating func readersToWake() -> [Reader] {
    let (fulfilled, unfulfilled) = (
      waiting.filter { isFulfilled($0.wish) }, waiting.filter { !isFulfilled($0.wish) }
    )
    waiting = unfulfilled
    return fulfilled.map(\.reader)
  }

  // MARK: - The readers' side

  /// Lets a reader wait.
  ///
  /// - Returns: false when there is nothing to wait for.
  mutating func park(_ reader: Reader, until wish: Wish) -> Bool {
    if isFulfilled(wish) { return false }
    waiting.append((reader, wish))
    return true
  }

  /// - Returns: true when that is news and the transfer still runs.
  mutating func cancel() -> Bool {
    defer { isCancelled = true }
    return !isCancelled && outcome == nil
  }

  /// The head, or how the transfer ended without one; nil while it is awaited.
  func peekHead() -> Result<CurlStreamHead, CurlError>? {
    head.map { .success($0) } ?? outcome
  }

  /// All unread bytes (none at the end of the body), and whether libcurl has to be told to go on.
  mutating func takeBytes() -> Result<(bytes: [UInt8]?, mustResume: Bool), CurlError>? {
    if !unread.isEmpty {
      defer {
        unread = []
        isPaused = false
      }
      return .success((unread, isPaused))
    }
    return outcome.map { outcome in outcome.map { _ in (nil, false) } }
  }

  /// Head and body, once the transfer has ended.
  mutating func takeResponse() -> Result<CurlResponse, CurlError>? {
    defer { if outcome != nil { unread = [] } }
    return outcome.map { outcome in
      outcome.map { CurlResponse(status: $0.status, headers: $0.headers, body: unread) }
    }
  }

  private func isFulfilled(_ wish: Wish) -> Bool {
    if outcome != nil { return true }
    return switch wish {
    case .head: head != nil
    case .piece: !unread.isEmpty
    case .end: false
    }
  }
}
