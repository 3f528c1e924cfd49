import Testing

@testable import Curl

@Suite struct `What has come of a response` {
  private static let head = CurlStreamHead(status: 200, headers: [])
  private static let error = CurlError(phase: .receive, code: 56, url: "http://host/", message: "broken")

  private func stream(pauseAt: Int = 10) -> Inbox<Int> { Inbox(.pieces(pauseAt: pauseAt)) }

  @Test func `wakes each reader when what it waits for is there, and once`() {
    var inbox = stream()
    #expect(inbox.park(1, until: .head) == true)
    #expect(inbox.park(2, until: .piece) == true)
    #expect(inbox.park(3, until: .end) == true)
    #expect(inbox.readersToWake() == [])
    inbox.accept(Self.head)
    #expect(inbox.readersToWake() == [1])
    #expect(inbox.accept([7]) == .taken)
    #expect(inbox.readersToWake() == [2])
    inbox.end(.success(Self.head))
    #expect(inbox.readersToWake() == [3])
    #expect(inbox.readersToWake() == [])
  }

  @Test func `lets nobody wait for what is there already`() {
    var inbox = stream()
    inbox.accept(Self.head)
    #expect(inbox.park(1, until: .head) == false)
    _ = inbox.accept([7])
    #expect(inbox.park(1, until: .piece) == false)
    inbox.end(.success(Self.head))
    #expect(inbox.park(1, until: .end) == false)
  }

  @Test func `of a whole body wakes nobody before the end`() throws {
    var inbox = Inbox<Int>(.whole(.http2, maximumBytes: 4))
    #expect(inbox.park(1, until: .end) == true)
    inbox.accept(Self.head)
    #expect(inbox.accept([1, 2]) == .taken)
    #expect(inbox.accept([3, 4]) == .taken)
    #expect(inbox.readersToWake() == [])
    #expect(inbox.accept([5]) == .tooLarge)
    inbox.end(.success(Self.head))
    #expect(inbox.readersToWake() == [1])
    #expect(try inbox.takeResponse()?.get().body == [1, 2, 3, 4])
  }

  @Test func `makes a stream pause when enough is unread, and go on when it is read`() throws {
    var inbox = stream(pauseAt: 4)
    #expect(inbox.accept([1, 2, 3]) == .taken)
    #expect(inbox.accept([4, 5, 6]) == .taken)
    #expect(inbox.accept([7]) == .pause)
    let (bytes, mustResume) = try #require(try inbox.takeBytes()?.get())
    #expect(bytes == [1, 2, 3, 4, 5, 6])
    #expect(mustResume)
    #expect(inbox.accept([7]) == .taken)
    #expect(try inbox.takeBytes()?.get().mustResume == false)
  }

  @Test func `is read to its end before the end is told`() throws {
    var inbox = stream()
    inbox.accept(Self.head)
    _ = inbox.accept([1])
    inbox.end(.success(Self.head))
    #expect(try inbox.takeBytes()?.get().bytes == [1])
    let last = try #require(try inbox.takeBytes()?.get())
    #expect(last.bytes == nil)
    #expect(!last.mustResume)
  }

  @Test func `is read before its failure is told`() throws {
    var inbox = stream()
    _ = inbox.accept([1])
    inbox.end(.failure(Self.error))
    #expect(try inbox.takeBytes()?.get().bytes == [1])
    #expect(throws: Self.error) { try inbox.takeBytes()?.get() }
    #expect(throws: Self.error) { try inbox.peekHead()?.get() }
  }

  @Test func `ends once`() {
    var inbox = stream()
    inbox.end(.failure(Self.error))
    inbox.end(.success(Self.head))
    #expect(throws: Self.error) { try inbox.takeBytes()?.get() }
  }

  @Test func `is cancelled once, and not after its end`() {
    var inbox = stream()
    #expect(inbox.cancel() == true)
    #expect(inbox.cancel() == false)
    #expect(inbox.isCancelled)
    var ended = stream()
    ended.end(.success(Self.head))
    #expect(ended.cancel() == false)
  }
}
