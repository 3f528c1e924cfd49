import Foundation

/// The clock on the wall of a time zone: how local time runs, jumps and runs again.
struct WallClock: Hashable, Sendable {
  private let zone: TimeZone

  /// Finds a time zone of the IANA database; UTC without a name.
  init(zone name: String?) throws(ScheduleProblem) {
    guard let zone = TimeZone(identifier: name ?? "UTC") else { throw .unknownTimeZone(name ?? "UTC") }
    self.zone = zone
  }

  /// A part of local time; all times are seconds, instants since 1970 UTC.
  enum Piece: Hashable {
    /// Local time runs evenly: an instant is the local time less the offset.
    case run(local: Range<Int64>, offset: Int64)
    /// Local time jumps forward at an instant and leaves these times out.
    case gap(at: Int64, skipped: Range<Int64>)
  }

  /// Local time from an instant to another, in order.
  ///
  /// - Parameter repeating: whether a time that occurs twice is there twice, or only the first time.
  func pieces(from start: Int64, to end: Int64, repeating: Bool) -> [Piece] {
    // A day earlier: what is repeated at the start has run before it.
    var pieces: [Piece] = []
    var instant = start - 86_400
    var reached = instant + offset(at: instant)
    while instant < end {
      let offset = offset(at: instant)
      let next = endOfOffset(offset, from: instant, limit: end)
      let local = (instant + offset)..<(next + offset)
      if local.lowerBound > reached { pieces.append(.gap(at: instant, skipped: reached..<local.lowerBound)) }
      let first = repeating ? local.lowerBound : max(local.lowerBound, reached)
      if first < local.upperBound { pieces.append(.run(local: first..<local.upperBound, offset: offset)) }
      reached = max(reached, local.upperBound)
      instant = next
    }
    return pieces
  }

  /// How far an offset holds: to the first instant of the next one, or to the limit, or not as far.
  private func endOfOffset(_ offset: Int64, from start: Int64, limit: Int64) -> Int64 {
    // Zones change their offset some weeks after the last change at the earliest (Morocco around Ramadan).
    let end = min(start + 7 * 86_400, limit)
    guard self.offset(at: end) != offset else { return end }
    var (before, after) = (start, end)
    while after - before > 1 {
      let middle = before + (after - before) / 2
      if self.offset(at: middle) == offset { before = middle } else { after = middle }
    }
    return after
  }

  /// Seconds east of UTC.
  private func offset(at instant: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
  }
}
