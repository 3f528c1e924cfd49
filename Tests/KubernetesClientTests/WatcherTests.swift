import InMemoryLogging
import Logging
import Synchronization
import Testing

@testable import KubernetesClient

/// A watcher against a server that follows a script; a request too many or too few fails the test.
@Suite(.timeLimit(.minutes(1))) struct WatcherTests: WatcherFixture {
  @Test func `a list is followed by a watch from its version, and every event arrives in order`() async throws
  {
    let server = try ScriptedServer(
      list("a", version: "5"),
      .lines(
        [
          event("ADDED", "b", version: "6"), event("MODIFIED", "b", version: "7"), bookmark("8"),
          event("MODIFIED", "odd", version: "9", data: #"{"x":1}"#), event("DELETED", "a", version: "10"),
        ], .byTheClient))
    #expect(
      try await updates(5, from: server, labelSelector: "x=y")
        == ["replaced a", "applied b", "applied b", "unreadable odd", "deleted a"])
    #expect(server.requests.map(\.summary) == [Self.firstList, "\(Self.path) watch=true resourceVersion=5"])
    #expect(server.requests.first?.query["limit"] == "500")
    let watch = try #require(server.requests.last).query
    #expect(watch["allowWatchBookmarks"] == "true")
    #expect(watch["labelSelector"] == "x=y")
    #expect(watch["timeoutSeconds"].flatMap { Int($0) }.map { (290...580).contains($0) } == true)
  }

  @Test func `one object alone is listed and watched by its name`() async throws {
    let server = try ScriptedServer(
      list(version: "5"), .lines([event("ADDED", "a", version: "6")], .byTheClient))
    _ = try await updates(2, from: server, fieldSelector: "metadata.name=a")
    #expect(server.requests.map { $0.query["fieldSelector"] } == ["metadata.name=a", "metadata.name=a"])
  }

  @Test func `every list, beginning, event and failure of a watch is a sign of life`() async throws {
    let server = try ScriptedServer(
      .json("{}", status: 500), list(version: "5"), .lines([event("ADDED", "a", version: "6")], .byTheClient))
    let signs = Mutex(0)
    let start = ContinuousClock.now
    let health = WatchHealth {
      signs.withLock { $0 += 1 }
      return start
    }
    // The first is the beginning.
    #expect(signs.withLock { $0 } == 1)
    _ = try await updates(2, from: server, health: health)
    #expect(signs.withLock { $0 } == 5)
  }

  @Test func `cancelling closes the connection, as the server sees it`() async throws {
    let server = try ScriptedServer(
      list(version: "5"), .lines([event("ADDED", "a", version: "6")], .byTheClient))
    _ = try await updates(2, from: server)
    await server.clientHasClosed()
  }

  @Test func `a watch that ends goes on at once from the last version, bookmarks included`() async throws {
    let server = try ScriptedServer(
      list(version: "5"),
      .lines([event("ADDED", "a", version: "6"), bookmark("9")], .complete),
      .lines([event("ADDED", "b", version: "10")], .byTheClient))
    #expect(try await updates(3, from: server) == ["replaced ", "applied a", "applied b"])
    #expect(
      server.requests.map(\.summary) == [
        Self.firstList, "\(Self.path) watch=true resourceVersion=5",
        "\(Self.path) watch=true resourceVersion=9",
      ])
  }

  @Test func `a connection that the server breaks is made again from the last version, without a list`()
    async throws
  {
    let server = try ScriptedServer(
      list(version: "5"), .lines([event("ADDED", "a", version: "6")], .broken),
      .lines([event("ADDED", "b", version: "7")], .byTheClient))
    #expect(try await updates(3, from: server) == ["replaced ", "applied a", "applied b"])
    #expect(server.requests.map(\.summary).last == "\(Self.path) watch=true resourceVersion=6")
    #expect(server.requests.count == 3)
  }

  @Test func `a version that has expired, told by status, brings a fresh list`() async throws {
    let server = try ScriptedServer(
      list("a", version: "5"), .json(expired, status: 410), list("b", version: "90"),
      .lines([event("ADDED", "c", version: "91")], .byTheClient))
    #expect(try await updates(3, from: server) == ["replaced a", "replaced b", "applied c"])
    #expect(
      server.requests.map(\.summary) == [
        Self.firstList, "\(Self.path) watch=true resourceVersion=5",
        "\(Self.path) resourceVersion=5 resourceVersionMatch=NotOlderThan",
        "\(Self.path) watch=true resourceVersion=90",
      ])
  }

  @Test func `a version that has expired, told by an event, brings a fresh list`() async throws {
    let server = try ScriptedServer(
      list("a", version: "5"),
      .lines([event("ADDED", "b", version: "6"), #"{"type":"ERROR","object":\#(expired)}"#], .complete),
      list("c", version: "90"), .lines([event("ADDED", "d", version: "91")], .byTheClient))
    #expect(try await updates(4, from: server) == ["replaced a", "applied b", "replaced c", "applied d"])
    #expect(server.requests.count == 4)
  }

  // MARK: - Streaming lists

  private static let stream = "\(path) watch=true sendInitialEvents=true"

  @Test func `a streaming list is one update, and its stream goes on as the watch`() async throws {
    let server = try ScriptedServer(
      .lines(
        [
          event("ADDED", "b", version: "6"), event("ADDED", "a", version: "2"), closing,
          event("DELETED", "a", version: "10"),
        ], .byTheClient))
    #expect(try await updates(2, from: server, streams: true) == ["replaced a b", "deleted a"])
    #expect(server.requests.map(\.summary) == ["\(Self.stream) resourceVersionMatch=NotOlderThan"])
    #expect(server.requests.first?.query["allowWatchBookmarks"] == "true")
  }

  @Test func `a streaming list is got again from the last version, and then from none`() async throws {
    let server = try ScriptedServer(
      .lines([closing], .complete), .json(expired, status: 410), .json(expired, status: 410),
      .lines([event("ADDED", "a", version: "2"), closing], .byTheClient))
    #expect(try await updates(2, from: server, streams: true) == ["replaced ", "replaced a"])
    #expect(
      server.requests.map(\.summary) == [
        "\(Self.stream) resourceVersionMatch=NotOlderThan", "\(Self.path) watch=true resourceVersion=9",
        "\(Self.stream) resourceVersion=9 resourceVersionMatch=NotOlderThan",
        "\(Self.stream) resourceVersionMatch=NotOlderThan",
      ])
  }

  @Test func `a server that refuses streaming lists is asked for pages, and that is logged once`()
    async throws
  {
    let log = InMemoryLogHandler()
    let server = try ScriptedServer(
      .json(#"{"kind":"Status","code":422,"reason":"Invalid"}"#, status: 422), list("a", version: "5"),
      .json(expired, status: 410), list("b", version: "6"), .lines([], .byTheClient))
    let logger = Logger(label: "test") { _ in log }
    #expect(
      try await updates(2, from: server, streams: true, logger: logger) == ["replaced a", "replaced b"])
    #expect(
      server.requests.map(\.summary).prefix(2) == [
        "\(Self.stream) resourceVersionMatch=NotOlderThan", Self.firstList,
      ])
    #expect(log.entries.count { "\($0.message)".contains("no streaming lists") } == 1)
  }

  @Test func `a server that ignores the wish for a streaming list is asked for pages`() async throws {
    let server = try ScriptedServer(
      .lines([event("ADDED", "b", version: "6"), bookmark("7")], .byTheClient), list("a", version: "7"),
      .lines([], .byTheClient))
    #expect(try await updates(1, from: server, streams: true) == ["replaced a"])
    #expect(
      server.requests.map(\.summary).prefix(2) == [
        "\(Self.stream) resourceVersionMatch=NotOlderThan", Self.firstList,
      ])
  }

  @Test func `pages are one list, and an expired token begins it again`() async throws {
    let server = try ScriptedServer(
      list("a", version: "5", next: "t1"), .json(expired, status: 410), list("b", version: "6", next: "t2"),
      list("c", version: "6"), .lines([event("ADDED", "d", version: "7")], .byTheClient))
    #expect(try await updates(2, from: server) == ["replaced b c", "applied d"])
    #expect(
      server.requests.map(\.summary) == [
        Self.firstList, "\(Self.path) continue=t1", Self.firstList, "\(Self.path) continue=t2",
        "\(Self.path) watch=true resourceVersion=6",
      ])
  }

  @Test func `a server that is busy is asked again`() async throws {
    let server = try ScriptedServer(
      .json("busy", status: 503), list("a", version: "5"), .json("busy", status: 429),
      .lines([event("ADDED", "b", version: "6")], .byTheClient))
    #expect(try await updates(2, from: server) == ["replaced a", "applied b"])
    #expect(server.requests.map(\.summary).last == "\(Self.path) watch=true resourceVersion=5")
  }

  @Test func `an object of too many levels stops neither the list nor the watch that it is in`() async throws
  {
    let data = #"{"x":\#(String.nestedLists(1_000))}"#
    let items = object("a", version: "1") + "," + object("deep", version: "2", data: data)
    let server = try ScriptedServer(
      .json(#"{"metadata":{"resourceVersion":"5"},"items":[\#(items)]}"#),
      .lines([event("MODIFIED", "deep", version: "6", data: data)], .complete),
      .lines([event("ADDED", "b", version: "7")], .byTheClient))
    #expect(try await updates(3, from: server) == ["replaced a deep?", "unreadable deep", "applied b"])
    #expect(
      server.requests.map(\.summary) == [
        Self.firstList, "\(Self.path) watch=true resourceVersion=5",
        "\(Self.path) watch=true resourceVersion=6",
      ])
  }

  @Test func `what is no event ends the watch, which goes on from the last version`() async throws {
    let server = try ScriptedServer(
      list(version: "5"), .lines([event("ADDED", "a", version: "6"), "<html>"], .byTheClient),
      .lines([event("ADDED", "b", version: "7")], .byTheClient))
    #expect(try await updates(3, from: server) == ["replaced ", "applied a", "applied b"])
    #expect(server.requests.map(\.summary).last == "\(Self.path) watch=true resourceVersion=6")
  }
}
