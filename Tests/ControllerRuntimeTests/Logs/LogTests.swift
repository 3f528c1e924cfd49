import ControllerRuntime
import KubernetesClient
import Logging
import Synchronization
import Testing

@Suite struct LogTests {
  /// What was written, line by line.
  private final class Lines: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }

    func add(_ bytes: [UInt8]) { state.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
  }

  private struct Failure: Error, CustomStringConvertible {
    let description = "cannot reach secret"
  }

  private let lines = Lines()

  private func json(_ label: String = "controller") -> JSONLogHandler {
    let lines = lines
    return JSONLogHandler(label: label, output: LogOutput { lines.add($0) }) {
      MicroTime(microseconds: 1_700_000_000_123_456)
    }
  }

  private func logger(_ handler: some LogHandler) -> Logger { Logger(label: "unused") { _ in handler } }

  @Test func `a line is an object with time, level, logger and message before what belongs to it`() {
    var logger = logger(json())
    logger[metadataKey: "repository"] = "satis/packages"
    logger.info("created a Job", metadata: ["job": "satis/job-1", "builds": ["b1", "b2"]])
    #expect(
      lines.all == [
        #"{"time":"2023-11-14T22:13:20.123456Z","level":"info","logger":"controller","message":"created a Job","#
          + #""builds":["b1","b2"],"job":"satis/job-1","repository":"satis/packages"}"# + "\n"
      ])
  }

  @Test func `metadata within metadata is flattened, and hides none of the first four`() throws {
    logger(json()).warning(
      "one", metadata: ["message": "two", "outer": ["inner": ["name": "three"], "number": "\(4)"]])
    let object = try JSONValue(parsing: (lines.all.first ?? "").utf8)
    #expect(object["message"] == "one")
    #expect(object["metadata.message"] == "two")
    #expect(object["outer.inner.name"] == "three")
    #expect(object["outer.number"] == "4")
  }

  @Test(arguments: ["a\"b", "a\\b", "a\nb\r\tc", "a\u{0}\u{1b}[31m", "a\u{2028}b\u{85}c", "ä€🙂"])
  func `whatever is logged stays in its line and comes out as it went in`(text: String) throws {
    logger(json()).info("\(text)", metadata: ["value": "\(text)"])
    let line = try #require(lines.all.first)
    #expect(line.unicodeScalars.dropLast().allSatisfy { !$0.properties.isWhitespace || $0 == " " })
    let object = try JSONValue(parsing: line.utf8)
    #expect(object["message"]?.text == text)
    #expect(object["value"]?.text == text)
  }

  @Test func `an error is part of the line`() throws {
    logger(json()).error("it failed", error: Failure())
    #expect(try JSONValue(parsing: (lines.all.first ?? "").utf8)["error"] == "cannot reach secret")
  }

  @Test func `what is below the level is not written`() {
    var logger = logger(json())
    logger.logLevel = .warning
    logger.info("one")
    logger.warning("two")
    #expect(lines.all.count == 1)
  }

  @Test func `secrets are taken out of messages, metadata and errors before they are written`() {
    let handler = RedactingLogHandler(json()) { $0.replacing("secret", with: "***") }
    var logger = logger(handler)
    logger[metadataKey: "own"] = "a secret"
    logger.error(
      "the secret", error: Failure(),
      metadata: ["text": "secret", "list": ["secret"], "inner": ["key": "\("secret" as Substring)"]])
    #expect(lines.all.count == 1)
    #expect(lines.all.first?.contains("secret") == false)
    #expect(lines.all.first?.split(separator: "***").count == 7)
  }
}
