import Synchronization
import Testing

@testable import KubernetesClient

/// A clock that moves when it is told to.
private final class ManualClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  var now: ContinuousClock.Instant { instant.withLock { $0 } }

  func advance(by duration: Duration) {
    instant.withLock { $0 = $0.advanced(by: duration) }
  }
}

@Suite struct TokenReaderTests {
  private let directory: TemporaryDirectory
  private let clock = ManualClock()

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func reader(of path: String) -> TokenReader {
    TokenReader(source: .file(path: path)) { [clock] in clock.now }
  }

  @Test func `no token stays none and a fixed one stays as it is, also when it is refused`() throws {
    let none = TokenReader(source: .none)
    #expect(try none.token() == nil)
    #expect(!none.invalidate())
    let fixed = TokenReader(source: .fixed("secret"))
    #expect(!fixed.invalidate())
    #expect(try fixed.token() == "secret")
  }

  @Test func `a token file is read without the white space around the token`() throws {
    #expect(try reader(of: directory.write("token", " first\r\n")).token() == "first")
  }

  @Test func `a token file is read again after a minute`() throws {
    let reader = reader(of: try directory.write("token", "first"))
    #expect(try reader.token() == "first")
    try directory.write("token", "second")
    clock.advance(by: .seconds(59))
    #expect(try reader.token() == "first")
    clock.advance(by: .seconds(1))
    #expect(try reader.token() == "second")
  }

  @Test func `a refused token is read again at once`() throws {
    let reader = reader(of: try directory.write("token", "first"))
    #expect(try reader.token() == "first")
    try directory.write("token", "second")
    #expect(reader.invalidate())
    #expect(try reader.token() == "second")
  }

  @Test func `a token file that is missing is named`() throws {
    let error = #expect(throws: ConfigurationError.self) { try reader(of: "/nowhere/token").token() }
    #expect(
      error?.description
        == "the bearer token needs the file /nowhere/token, which cannot be read: it does not exist")
  }

  @Test func `an empty token file is no token`() throws {
    let path = try directory.write("token", "\n")
    let error = #expect(throws: ConfigurationError.self) { try reader(of: path).token() }
    #expect(error?.description == "the bearer token needs the file \(path), which is empty")
  }
}
