import Synchronization

/// All connections of a server, of which there are no more than a limit.
///
/// When there are, the one that has waited for a call for longest makes room, or, where none waits, the one whose
/// call has been coming for longest: whoever only holds connections keeps nobody else away.
public final class Connections: Sendable {
  /// A connection's name here.
  public typealias Place = UInt64

  /// Closes a connection.
  public typealias Closing = @Sendable () -> Void

  /// What a connection is at, by which it may have to make room for another one.
  public enum Standing: Sendable {
    /// No call is known yet.
    case waiting
    /// A call comes, of which nothing is stored or promised before it is whole.
    case receiving
    /// A call is worked on, or the last answer is on its way.
    case busy
  }

  /// What is to be measured.
  public enum Event: Sendable {
    /// There is one more.
    case opened
    /// There is one less.
    case closed
    /// One had to make room, or there was none.
    case pressed
  }

  private struct State {
    var closings: [Place: Closing] = [:]
    var waiting = WaitingLine()
    var receiving = WaitingLine()
    var last: Place = 0
  }

  private let limit: Int
  private let observe: @Sendable (Event) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - limit: connections at once.
  ///   - observe: is told what happens to their number.
  public init(limit: Int, observe: @escaping @Sendable (Event) -> Void = { _ in }) {
    self.limit = limit
    self.observe = observe
  }

  /// Takes a connection in.
  ///
  /// - Parameter closing: closes it when it has to make room.
  /// - Returns: nil when all others are at work, and there is no room for this one.
  public func open(_ closing: @escaping Closing) -> Place? {
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
    if place == nil || other != nil { observe(.pressed) }
    if place != nil, other == nil { observe(.opened) }
    other?()
    return place
  }

  /// Notes what a connection is at.
  public func set(_ place: Place, _ standing: Standing) {
    state.withLock { state in
      guard state.closings[place] != nil else { return }
      if standing == .waiting { state.waiting.append(place) } else { state.waiting.remove(place) }
      if standing == .receiving { state.receiving.append(place) } else { state.receiving.remove(place) }
    }
  }

  /// The connection has ended.
  public func close(_ place: Place) {
    let wasOpen = state.withLock { state in
      state.waiting.remove(place)
      state.receiving.remove(place)
      return state.closings.removeValue(forKey: place) != nil
    }
    // One that had to make room was counted off then.
    if wasOpen { observe(.closed) }
  }
}
