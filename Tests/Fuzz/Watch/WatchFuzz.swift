import FuzzSupport
import Glibc

/// Feeds streams that no API server would send to the watch's line buffer and decoder.
///
///     fuzz-watch [STREAMS] [FIRST_SEED]
///
/// Whatever the bytes are, the outcome is events or an error. A crash is a failure, and so is a stream that is read
/// in another way when it is split in other places. Streams follow from their seeds alone; a failure names its own.
@main
enum WatchFuzz {
  static func main() {
    let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
    let count = numbers.first ?? 100_000
    let first = numbers.dropFirst().first ?? 0
    var tally = Tally()
    var failed = 0
    for seed in first..<(first + count) {
      var dice = Dice(seed: seed)
      let bytes = Stream.bytes(&dice)
      let whole = Reading(of: bytes) { $0 }
      let pieces = Reading(of: bytes) { dice.size(upTo: $0) }
      tally.add(whole)
      if whole != pieces {
        failed += 1
        print("seed \(seed): \(bytes.count) bytes read as a whole give \(whole), in pieces \(pieces)")
      }
    }
    print("\(tally)")
    print("fuzzed streams \(count), failed \(failed)")
    // A fuzzer whose streams are all refused, or all accepted, tests nothing.
    guard failed == 0, tally.isVaried || count < 1_000 else { exit(1) }
  }
}

/// What came of all streams.
private struct Tally: CustomStringConvertible {
  private var events = 0
  private var unreadable = 0
  private var broken = 0

  mutating func add(_ reading: Reading) {
    events += reading.events
    unreadable += reading.unreadable
    broken += reading.problem == nil ? 0 : 1
  }

  var isVaried: Bool { events > 0 && unreadable > 0 && broken > 0 }

  var description: String {
    "\(events) events, \(unreadable) of them objects that do not fit; \(broken) streams ended in an error"
  }
}
