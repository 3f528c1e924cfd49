import Testing

@testable import KubernetesClient

@Suite struct BackoffTests {
  private let start = ContinuousClock.now

  @Test func `delays double with every failure up to thirty seconds`() {
    var backoff = Backoff()
    let delays = (0..<100).map { _ in backoff.delay(at: start, jitter: 1) }
    let growing: [Duration] = [800, 1_600, 3_200, 6_400, 12_800, 25_600].map { .milliseconds($0) }
    #expect(delays == growing + [Duration](repeating: .seconds(30), count: 94))
  }

  @Test(arguments: [(0.0, 0), (0.25, 200), (1.0, 800)])
  func `chance takes any part of a delay`(jitter: Double, expected: Int) {
    var backoff = Backoff()
    #expect(backoff.delay(at: start, jitter: jitter) == .milliseconds(expected))
  }

  @Test func `two minutes of health, and no less, begin the delays anew`() {
    var backoff = Backoff()
    _ = backoff.delay(at: start, jitter: 1)
    // The delay itself, 0.8 s, is no health.
    let soon = start + .milliseconds(120_799)
    #expect(backoff.delay(at: soon, jitter: 1) == .milliseconds(1_600))
    #expect(backoff.delay(at: soon + .milliseconds(121_600), jitter: 1) == .milliseconds(800))
  }

  @Test func `what the server asks for is waited at least`() {
    var backoff = Backoff()
    #expect(backoff.delay(at: start, jitter: 0.5, atLeast: .seconds(7)) == .seconds(7))
    #expect(backoff.delay(at: start, jitter: 0.5, atLeast: .zero) == .milliseconds(800))
  }

  @Test func `a server that asks to be left alone for an hour is asked again after a minute`() {
    var backoff = Backoff()
    #expect(backoff.delay(at: start, jitter: 0.5, atLeast: .seconds(3_600)) == .seconds(60))
  }
}

@Suite struct ResourceVersionTests {
  @Test(arguments: [("5", "5"), ("5", "6"), ("9", "10"), ("0", "0")])
  func `a number that is not greater is known`(version: String, known: String) {
    #expect(ResourceVersion.isKnown(version, at: known))
  }

  @Test(arguments: [
    ("6", "5"), ("10", "9"), ("a", "a"), ("5", "a"), ("a", "5"), ("05", "6"), ("+5", "6"), ("", "1"),
  ])
  func `a greater one is not, nor is what is no number`(version: String, known: String) {
    #expect(!ResourceVersion.isKnown(version, at: known))
  }
}

@Suite struct RetriesTests {
  @Test func `429 is repeated ten times, as the server asks or after a second`() {
    var retries = Retries()
    #expect(retries.delay(status: 429, retryAfter: nil) == .seconds(1))
    for _ in 2...10 { #expect(retries.delay(status: 429, retryAfter: .seconds(3)) == .seconds(3)) }
    #expect(retries.delay(status: 429, retryAfter: .seconds(3)) == nil)
  }

  @Test(arguments: [500, 503, 504])
  func `a failure of the server is repeated only where it names a time`(status: Int) {
    var retries = Retries()
    #expect(retries.delay(status: status, retryAfter: nil) == nil)
    #expect(retries.delay(status: status, retryAfter: .zero) == .zero)
  }

  @Test(arguments: [400, 401, 403, 404, 409, 410, 422])
  func `what the server has decided is not repeated`(status: Int) {
    var retries = Retries()
    #expect(retries.delay(status: status, retryAfter: .seconds(1)) == nil)
  }

  @Test func `nobody waits for longer than a minute`() {
    var retries = Retries()
    #expect(retries.delay(status: 429, retryAfter: .seconds(60)) == .seconds(60))
    #expect(retries.delay(status: 429, retryAfter: .seconds(61)) == nil)
  }

  @Test func `the field is a number of seconds`() {
    #expect(Retries.retryAfter("0") == .zero)
    #expect(Retries.retryAfter("30") == .seconds(30))
    for text in [nil, "", "-1", "soon", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT"] {
      #expect(Retries.retryAfter(text) == nil)
    }
  }
}
