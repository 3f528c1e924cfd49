import Synchronization
import Testing

@testable import ControllerRuntime

@Suite struct ConnectionsTests {
  /// The names of the connections that had to make room.
  private final class Closed: Sendable {
    private let list = Mutex<[String]>([])

    var names: [String] { list.withLock { $0 } }

    func add(_ name: String) {
      list.withLock { $0.append(name) }
    }
  }

  private let connections = Connections(limit: 2)
  private let closed = Closed()

  /// Opens a connection that is at something; nil when there is no room.
  private func open(_ name: String, _ standing: Connections.Standing = .waiting) -> Connections.Place? {
    let place = connections.open { [closed] in closed.add(name) }
    if let place { connections.set(place, standing) }
    return place
  }

  @Test func `the one that has waited for longest makes room`() {
    let places = [open("a"), open("b"), open("c"), open("d")]
    #expect(!places.contains(nil))
    #expect(closed.names == ["a", "b"])
  }

  @Test func `one that was answered waits behind those that wait already`() throws {
    let first = try #require(open("a"))
    _ = open("b")
    connections.set(first, .busy)
    connections.set(first, .waiting)
    #expect(open("c") != nil)
    #expect(closed.names == ["b"])
  }

  @Test func `how many there are, and that room is short, is told`() throws {
    let events = Mutex<[Connections.Event]>([])
    let connections = Connections(limit: 1) { event in events.withLock { $0.append(event) } }
    let first = try #require(connections.open {})
    connections.set(first, .waiting)
    let second = try #require(connections.open {})
    connections.set(second, .busy)
    #expect(connections.open {} == nil)
    connections.close(first)
    connections.close(second)
    #expect(events.withLock { $0 } == [.opened, .pressed, .pressed, .closed])
  }

  @Test func `where nobody waits, the first one whose call does not come to its end makes room`() {
    let places = [open("a", .receiving), open("b", .receiving), open("c", .receiving)]
    #expect(!places.contains(nil))
    #expect(closed.names == ["a"])
  }

  @Test func `a body that comes in pieces is no reason to stay longer`() throws {
    let first = try #require(open("a", .receiving))
    _ = open("b", .receiving)
    connections.set(first, .receiving)
    #expect(open("c") != nil)
    #expect(closed.names == ["a"])
  }

  @Test func `who waits for a call makes room before all whose calls come`() {
    _ = open("a", .receiving)
    _ = open("b", .waiting)
    #expect(open("c") != nil)
    #expect(closed.names == ["b"])
  }

  @Test func `a call that is worked on is not given up for another one`() throws {
    let first = try #require(open("a", .receiving))
    _ = open("b", .busy)
    connections.set(first, .busy)
    #expect(open("c") == nil)
    #expect(closed.names.isEmpty)
  }

  @Test func `one that has ended, or made room, has no place to give`() throws {
    let first = try #require(open("a", .receiving))
    let second = try #require(open("b", .receiving))
    connections.close(first)
    #expect(open("c", .busy) != nil)
    #expect(open("d", .busy) != nil)
    connections.set(second, .receiving)
    #expect(open("e") == nil)
    #expect(closed.names == ["b"])
  }
}

@Suite struct WaitingLineTests {
  private var line = WaitingLine()

  @Test mutating func `the first that came leaves first`() {
    for number: UInt64 in [3, 1, 2] { line.append(number) }
    line.append(3)
    #expect(line.removeFirst() == 3)
    #expect(line.removeFirst() == 1)
    #expect(line.removeFirst() == 2)
    #expect(line.removeFirst() == nil)
  }

  @Test mutating func `whoever leaves and comes again stands at the end`() {
    for number: UInt64 in [1, 2] { line.append(number) }
    line.remove(1)
    line.append(1)
    #expect(line.removeFirst() == 2)
    #expect(line.removeFirst() == 1)
    #expect(line.removeFirst() == nil)
  }

  @Test mutating func `a connection that comes and goes all the time takes no memory`() {
    for _ in 0..<10_000 {
      line.append(1)
      line.remove(1)
    }
    #expect(line.size < 100)
  }
}
