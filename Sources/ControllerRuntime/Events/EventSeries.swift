import KubernetesClient

/// What happened, before it is an event.
struct Occurrence: Hashable, Sendable {
  var regarding: ObjectReference
  var type: Event.Kind
  var reason: String
  var action: String
  var note: String
}

/// Which events to write, without tasks or clocks.
///
/// As in client-go: what happens again within six minutes becomes a series of one event, which is created once and
/// patched afterwards. Of what waits to be written, and of the series that are remembered, the oldest go first when
/// there are too many.
struct EventSeries: Sendable {
  /// What the driver is to do.
  enum Turn: Hashable {
    case write(Write)
    /// Nothing is due; look again at this time, or when something is recorded (nil).
    case wait(until: MicroTime?)
  }

  /// A write that is due; its end is reported by `done`.
  struct Write: Hashable {
    var occurrence: Occurrence
    /// When it happened first; together with the occurrence it names the event.
    var eventTime: MicroTime
    /// Nil for an event that is to be created.
    var series: Event.Series?
  }

  /// How a write ended.
  enum Outcome: Hashable {
    case written
    /// The event was not created, or is there no more.
    case missing
    /// The series is out of date on the server, which the next patch mends.
    case outdated
  }

  /// What happens again later than this is a new event.
  static let lifetime: Duration = .seconds(360)
  /// After its second time, a series is patched no more often.
  static let patchInterval: Duration = .seconds(60)

  private struct Entry {
    /// Order of the first occurrence.
    var number: Int
    var eventTime: MicroTime
    var lastTime: MicroTime
    var count = 1
    /// As many the server knows of.
    var written = 0
    var lastWrite: MicroTime?
  }

  private let capacity: Int
  private var entries: [Occurrence: Entry] = [:]
  private var recorded = 0
  /// Occurrences that were given up without having been written.
  private(set) var dropped = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Series that are remembered.
  var count: Int { entries.count }

  mutating func record(_ occurrence: Occurrence, at now: MicroTime) {
    if var entry = entries[occurrence], now - entry.lastTime < Self.lifetime {
      entry.count += 1
      entry.lastTime = now
      entries[occurrence] = entry
      return
    }
    if let old = entries[occurrence], old.count > old.written { dropped += 1 }
    entries[occurrence] = Entry(number: recorded, eventTime: now, lastTime: now)
    recorded += 1
    while entries.count > capacity { forgetOldest() }
  }

  /// The write that has waited longest.
  ///
  /// - Parameter flushes: whether series are written at once, since there is no later.
  mutating func next(at now: MicroTime, flushes: Bool = false) -> Turn {
    entries = entries.filter { $0.value.count > $0.value.written || now - $0.value.lastTime < Self.lifetime }
    var due: (occurrence: Occurrence, entry: Entry)?
    var wait: MicroTime?
    for (occurrence, entry) in entries where entry.count > entry.written {
      let time = flushes ? now : Self.dueTime(entry)
      if time > now {
        wait = min(wait ?? time, time)
      } else if due.map({ entry.number < $0.entry.number }) ?? true {
        due = (occurrence, entry)
      }
    }
    guard let due else { return .wait(until: wait) }
    let series = Event.Series(count: due.entry.count, lastObservedTime: due.entry.lastTime)
    return .write(
      Write(
        occurrence: due.occurrence, eventTime: due.entry.eventTime,
        series: due.entry.written == 0 ? nil : series))
  }

  mutating func done(_ write: Write, _ outcome: Outcome, at now: MicroTime) {
    // Another event by now: it was forgotten meanwhile and happened again.
    guard var entry = entries[write.occurrence], entry.eventTime == write.eventTime else { return }
    if outcome == .missing {
      entries[write.occurrence] = nil
      return
    }
    entry.written = write.series?.count ?? 1
    entry.lastWrite = now
    entries[write.occurrence] = entry
  }

  /// The first and the second time are told at once.
  private static func dueTime(_ entry: Entry) -> MicroTime {
    guard let lastWrite = entry.lastWrite, entry.written > 1 else { return entry.eventTime }
    return lastWrite + patchInterval
  }

  private mutating func forgetOldest() {
    guard
      let oldest = entries.min(by: {
        ($0.value.lastTime, $0.value.number) < ($1.value.lastTime, $1.value.number)
      })
    else { return }
    if oldest.value.count > oldest.value.written { dropped += 1 }
    entries[oldest.key] = nil
  }
}
