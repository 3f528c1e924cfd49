import KubernetesClient

/// A cron expression in a time zone.
///
/// When clocks go forward, a run whose local time is left out comes right after the gap, once. When they go back, a
/// run whose local time comes twice comes the first time. Expressions whose hour begins with `*` follow the clock
/// instead, see `CronExpression.followsEveryHour`.
struct Schedule: Hashable, Sendable {
  /// Beyond this no expression has a run: a leap day falls on a given day of the week every 28 years, and 12 years
  /// later where a century has none.
  private static let horizon: Int64 = 41 * 366 * 86_400
  /// As much is looked at in one go.
  private static let window: Int64 = 60 * 86_400

  private let expression: CronExpression
  private let clock: WallClock

  /// Reads an expression.
  ///
  /// - Parameter timeZone: a name of the IANA database, as in `Europe/Berlin`; UTC if left out.
  /// - Throws: `ScheduleProblem`.
  init(_ expression: String, timeZone: String? = nil) throws(ScheduleProblem) {
    self.expression = try CronExpression(expression)
    clock = try WallClock(zone: timeZone)
  }

  /// The first run after a time.
  func next(after time: Timestamp) -> Timestamp? {
    let limit = time.seconds + Self.horizon
    var start = time.seconds
    while start < limit {
      if let run = first(after: start, notAfter: start + Self.window) { return Timestamp(seconds: run) }
      start += Self.window
    }
    return nil
  }

  /// The last run after a time and not after another: of several missed ones the one to make up for.
  func latest(after time: Timestamp, notAfter end: Timestamp) -> Timestamp? {
    let limit = max(time.seconds, end.seconds - Self.horizon)
    var end = end.seconds
    while end > limit {
      let start = max(limit, end - Self.window)
      if let run = last(after: start, notAfter: end) { return Timestamp(seconds: run) }
      end = start
    }
    return nil
  }

  private func pieces(after start: Int64, notAfter end: Int64) -> [WallClock.Piece] {
    clock.pieces(from: start + 1, to: end + 1, repeating: expression.followsEveryHour)
  }

  private func first(after start: Int64, notAfter end: Int64) -> Int64? {
    for piece in pieces(after: start, notAfter: end) {
      switch piece {
      case .gap(let instant, let skipped):
        if instant > start, runs(in: skipped) { return instant }
      case .run(let local, let offset):
        let first = max(local.lowerBound, start + 1 + offset)
        guard first < local.upperBound else { continue }
        if let match = expression.firstMatch(in: first..<local.upperBound) { return match - offset }
      }
    }
    return nil
  }

  private func last(after start: Int64, notAfter end: Int64) -> Int64? {
    for piece in pieces(after: start, notAfter: end).reversed() {
      switch piece {
      case .gap(let instant, let skipped):
        if instant > start, instant <= end, runs(in: skipped) { return instant }
      case .run(let local, let offset):
        let first = max(local.lowerBound, start + 1 + offset)
        guard first < local.upperBound else { continue }
        if let match = expression.lastMatch(in: first..<local.upperBound) { return match - offset }
      }
    }
    return nil
  }

  private func runs(in skipped: Range<Int64>) -> Bool {
    !expression.followsEveryHour && expression.firstMatch(in: skipped) != nil
  }
}
