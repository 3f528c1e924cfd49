import DequeModule
import Synchronization

/// All connections of the service, of which there are no more than a limit.
///
/// When there are, the one that has waited for a call for longest makes room, or, where none waits, the one whose
/// call has been coming for longest: whoever only holds connections keeps nobody else away.
final class Connections: Sendable {
  /// A connection's name here.
  typealias Place = UInt64

  /// Closes a connection.
  typealias Closing = @Sendable () -> Void

  /// What a connection is at, by which it may have to make room for another one.
  enum Standing {
    /// No call is known yet.
    case waiting
    /// A call comes, of which nothing is stored or promised before it is whole.
    case receiving
    /// A call is worked on, or the last answer is on its way.
    case busy
  }

  private struct State {
    var closings: [Place: Closing] = [:]
    var waiting = WaitingLine()
    var receiving = WaitingLine()
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
  /// - Parameter closing: closes it when it has to make room.
  /// - Returns: nil when all others are at work, and there is no room for this one.
  func open(_ closing: @escaping Closing) -> Place? {
    let (place, other) = state.withLock { state -> (Place?, Closing?) in
      var other: Closing?
      if state.closings.count >= limit {
        guard let first = state.waiting.removeFirst() ?? state.receiving.removeFirst() else {
          return (nil, nil)
        }
        other = state.closings.removeValue(forKey: first)
      }
      state.last += 1
      state.closings[state.last] = closing
      return (state.last, other)
    }
    if place == nil || other != nil { metrics.pressed(.connections) }
    if place != nil, other == nil { metrics.connections(changeBy: 1) }
    other?()
    return place
  }

  /// Notes what a connection is at.
  func set(_ place: Place, _ standing: Standing) {
    state.withLock { state in
      guard state.closings[place] != nil else { return }
      if standing == .waiting { state.waiting.append(place) } else { state.waiting.remove(place) }
      if standing == .receiving { state.receiving.append(place) } else { state.receiving.remove(place) }
    }
  }

  /// The connection has ended.
  func close(_ place: Place) {
    let wasOpen = state.withLock { state in
      state.waiting.remove(place)
      state.receiving.remove(place)
      return state.closings.removeValue(forKey: place) != nil
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
