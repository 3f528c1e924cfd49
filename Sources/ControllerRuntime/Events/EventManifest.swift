import KubernetesClient

/// The events of one process of a controller, within the limits of the API.
struct EventManifest: Sendable {
  /// The API server's limits, in bytes of UTF-8.
  static let longestNote = 1_024
  static let longestWord = 128
  static let longestName = 253

  let controller: String
  let instance: String

  /// What is written for an occurrence, cut where the API server would refuse it.
  func occurrence(
    on object: ObjectReference, type: Event.Kind, reason: String, action: String, note: String
  ) -> Occurrence {
    Occurrence(
      regarding: object, type: type, reason: reason.prefix(maximumBytes: Self.longestWord),
      action: action.prefix(maximumBytes: Self.longestWord), note: note.prefix(maximumBytes: Self.longestNote)
    )
  }

  func event(_ write: EventSeries.Write) -> Event {
    let key = key(write)
    return Event(
      metadata: ObjectMetadata(name: key.name, namespace: key.namespace), eventTime: write.eventTime,
      reportingController: controller, reportingInstance: instance.prefix(maximumBytes: Self.longestWord),
      type: write.occurrence.type, reason: write.occurrence.reason, action: write.occurrence.action,
      note: write.occurrence.note, regarding: write.occurrence.regarding)
  }

  /// The event's name: the object's, the time and what happened, so that a creation can be repeated.
  func key(_ write: EventSeries.Write) -> NamespacedName {
    let occurrence = write.occurrence
    var hash = FowlerNollVo()
    for text in [
      occurrence.type.rawValue, occurrence.reason, occurrence.action, occurrence.note,
      occurrence.regarding.uid ?? "",
      instance,
    ] {
      hash.combine(text)
    }
    let suffix = ".\(String(write.eventTime.microseconds, radix: 16)).\(String(hash.value, radix: 16))"
    let name = (occurrence.regarding.name ?? "").utf8.prefix(Self.longestName - suffix.utf8.count)
    // Events about objects of the cluster are kept in this namespace, as client-go does.
    return NamespacedName(
      namespace: occurrence.regarding.namespace ?? "default",
      name: "\(String(decoding: name, as: UTF8.self))\(suffix)")
  }
}

/// The FNV-1a hash of 64 bits: the same in every process.
private struct FowlerNollVo {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
    // No text's end is another one's beginning.
    combine(0xFF)
  }

  private mutating func combine(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
  }
}
