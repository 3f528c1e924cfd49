import DequeModule
import NIOCore
import Synchronization

/// All connections of the service, of which there are no more than a limit.
///
/// When there are, the one that has waited for a call for longest makes room: whoever only holds connections keeps
/// nobody else away.
final class Connections: Sendable {
  /// A connection's name here.
  typealias Place = UInt64

  private struct State {
    var channels: [Place: any Channel] = [:]
    var line = WaitingLine()
    var last: Place = 0
  }

  private let limit: Int
  private let metrics: WebhookMetrics
  private let state = Mutex(State())

  init(limit: Int, metrics: WebhookMetrics) {
    self.limit = limit
    self.metrics = metrics
  }

  /// Takes a connection in.
  ///
  /// - Returns: nil when all others are at work, and there is no room for this one.
  func open(_ channel: any Channel) -> Place? {
    let (place, goes) = state.withLock { state -> (Place?, (any Channel)?) in
      var goes: (any Channel)?
      if state.channels.count >= limit {
        guard let first = state.line.removeFirst() else { return (nil, nil) }
        goes = state.channels.removeValue(forKey: first)
      }
      state.last += 1
      state.channels[state.last] = channel
      return (state.last, goes)
    }
    if place == nil || goes != nil { metrics.pressed(.connections) }
    if place != nil, goes == nil { metrics.connections(changeBy: 1) }
    goes?.close(promise: nil)
    return place
  }

  /// Notes whether a connection waits for a call.
  func set(_ place: Place, isWaiting: Bool) {
    state.withLock { state in
      guard state.channels[place] != nil else { return }
      if isWaiting { state.line.append(place) } else { state.line.remove(place) }
    }
  }

  /// The connection has ended.
  func close(_ place: Place) {
    let wasOpen = state.withLock { state in
      state.line.remove(place)
      return state.channels.removeValue(forKey: place) != nil
    }
    // One that had to make room was counted off then.
    if wasOpen { metrics.connections(changeBy: -1) }
  }
}

/// Numbers in the order in which they came; any can leave.
struct WaitingLine {
  private var order: Deque<(number: UInt64, turn: UInt64)> = []
  /// When those that wait have come; whoever has left and come again stands in `order` twice.
  private var turns: [UInt64: UInt64] = [:]
  private var last: UInt64 = 0

  /// Numbers that are kept in memory.
  var size: Int { order.count }

  /// Lets a number wait, unless it does.
  mutating func append(_ number: UInt64) {
    guard turns[number] == nil else { return }
    last += 1
    turns[number] = last
    order.append((number, last))
    // Those who have left are seldom looked for.
    if order.count > 2 * turns.count + 64 { order.removeAll { turns[$0.number] != $0.turn } }
  }

  mutating func remove(_ number: UInt64) {
    turns[number] = nil
  }

  /// Removes the one that has waited for longest.
  mutating func removeFirst() -> UInt64? {
    while let first = order.popFirst() {
      guard turns[first.number] == first.turn else { continue }
      turns[first.number] = nil
      return first.number
    }
    return nil
  }
}
