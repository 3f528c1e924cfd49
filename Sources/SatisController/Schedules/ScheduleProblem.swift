/// Why a schedule cannot be used, and what to write instead.
enum ScheduleProblem: Error, Hashable, Sendable {
  /// There are more or fewer than five fields.
  case fieldCount(Int)
  /// A word that begins with `@` and is none of the known ones.
  case unknownShorthand(String)
  /// The expression begins with a time zone.
  case zoneInExpression
  /// A field cannot be read; the remedy says how it is written.
  case field(CronField.Kind, text: String, remedy: String)
  /// Every field can be read, and no day of any year is meant.
  case neverMatches(String)
  /// The time zone is none of the IANA database.
  case unknownTimeZone(String)
}

extension ScheduleProblem: CustomStringConvertible {
  /// A sentence for the user.
  var description: String {
    switch self {
    case .fieldCount(let count):
      "the cron expression has \(count) field\(count == 1 ? "" : "s"); write five: minute hour day-of-month month "
        + "day-of-week, as in '0 3 * * *'"
    case .unknownShorthand(let word):
      "'\(Self.shown(word))' is none of \(CronExpression.shorthands.map(\.name).joined(separator: ", ")); write one "
        + "of them or five fields"
    case .zoneInExpression:
      "the cron expression begins with a time zone; write it in spec.schedule.timeZone"
    case .field(let kind, let text, let remedy):
      "'\(Self.shown(text))' is no \(kind.rawValue): \(remedy)"
    case .neverMatches(let text):
      "'\(Self.shown(text))' never comes: none of its months has such a day; change the day of the month or the month"
    case .unknownTimeZone(let name):
      "'\(Self.shown(name))' is no time zone; write a name of the IANA database, as in 'Europe/Berlin'"
    }
  }

  /// As much of the user's text as a message has room for.
  private static func shown(_ text: String) -> String {
    text.count <= 64 ? text : "\(text.prefix(64))…"
  }
}
