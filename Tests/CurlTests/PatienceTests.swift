import Testing

@testable import Curl

@Suite struct `The patience with a transfer` {
  private let start = ContinuousClock.now

  private func patience(_ change: (inout CurlRequest) -> Void) -> Patience {
    var request = CurlRequest(url: "http://host/")
    change(&request)
    return Patience(request, from: start)
  }

  @Test func `before the connection stands ends with the nearer limit`() {
    let short = patience {
      $0.connectTimeout = .seconds(5)
      $0.timeout = .seconds(60)
    }
    #expect(short.next?.limit == .connection)
    #expect(short.next?.due == start + .seconds(5))
    let long = patience {
      $0.connectTimeout = .seconds(5)
      $0.timeout = .seconds(1)
    }
    #expect(long.next?.limit == .response)
  }

  @Test func `without limits has no end once the connection stands`() {
    var patience = patience { _ in }
    patience.connect(at: start + .seconds(1))
    #expect(patience.next == nil)
  }

  @Test func `counts silence from the connection, and again from each byte`() {
    var patience = patience { $0.silenceTimeout = .seconds(20) }
    #expect(patience.next?.limit == .connection)
    patience.connect(at: start + .seconds(1))
    #expect(patience.next?.limit == .silence(.seconds(20)))
    #expect(patience.next?.due == start + .seconds(21))
    patience.hear(at: start + .seconds(7))
    #expect(patience.next?.due == start + .seconds(27))
  }

  @Test func `has waited since the last byte, and not before the connection stands`() {
    var patience = patience { _ in }
    #expect(!patience.hasWaited(.zero, at: start + .seconds(9)))
    patience.connect(at: start + .seconds(10))
    #expect(!patience.hasWaited(.seconds(5), at: start + .seconds(14)))
    #expect(patience.hasWaited(.seconds(5), at: start + .seconds(15)))
    patience.hear(at: start + .seconds(15))
    #expect(!patience.hasWaited(.seconds(5), at: start + .seconds(16)))
  }

  @Test func `does not count the time in which the reader is slow`() {
    var patience = patience { $0.silenceTimeout = .seconds(20) }
    patience.connect(at: start)
    patience.pause()
    #expect(patience.next == nil)
    patience.hear(at: start + .seconds(100))
    #expect(patience.next?.due == start + .seconds(120))
  }

  @Test func `bears another silence from now on, but not while the reader is slow`() {
    var patience = patience { $0.silenceTimeout = .seconds(20) }
    patience.bear(silence: .seconds(5), at: start)
    #expect(patience.next?.limit == .connection)
    patience.connect(at: start + .seconds(1))
    #expect(patience.next?.due == start + .seconds(6))
    patience.bear(silence: .seconds(90), at: start + .seconds(2))
    #expect(patience.next?.limit == .silence(.seconds(90)))
    #expect(patience.next?.due == start + .seconds(92))
    patience.pause()
    patience.bear(silence: .seconds(5), at: start + .seconds(3))
    #expect(patience.next == nil)
    patience.hear(at: start + .seconds(4))
    #expect(patience.next?.due == start + .seconds(9))
  }

  @Test func `without a limit of silence can get one`() {
    var patience = patience { _ in }
    patience.connect(at: start)
    patience.bear(silence: .seconds(5), at: start + .seconds(1))
    #expect(patience.next?.due == start + .seconds(6))
  }
}
