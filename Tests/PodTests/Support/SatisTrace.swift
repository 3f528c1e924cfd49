import Foundation

/// When Satis ran, as the processes themselves wrote it to the volume.
struct SatisTrace: CustomStringConvertible {
  /// `start` or `end`, the pod's name, and the time.
  let events: [(what: String, pod: String, seconds: Double)]

  /// Reads what the stand-in has written into Composer's cache.
  init(in cache: URL) throws {
    let text = try String(contentsOf: cache.appending(path: Self.file), encoding: .utf8)
    events = text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, let seconds = Double(words[2]) else { return nil }
      return (String(words[0]), String(words[1]), seconds)
    }
  }

  /// The file that the stand-in writes where it exists.
  static let file = "standin-trace"

  /// Whether each process ended, and before the next one started.
  var isOneAfterTheOther: Bool {
    let sorted = events.sorted { $0.seconds < $1.seconds }
    return sorted.enumerated().allSatisfy { index, event in
      event.what == (index.isMultiple(of: 2) ? "start" : "end")
        && (index.isMultiple(of: 2) || event.pod == sorted[index - 1].pod)
    } && sorted.count.isMultiple(of: 2)
  }

  /// The pods in which Satis was started, in order.
  var pods: [String] { events.filter { $0.what == "start" }.map(\.pod) }

  var description: String {
    events.map { "\($0.what) \($0.pod) \($0.seconds)" }.joined(separator: "\n")
  }
}
