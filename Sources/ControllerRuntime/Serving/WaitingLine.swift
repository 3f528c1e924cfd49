import DequeModule

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
