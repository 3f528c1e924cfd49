/// Makes the bytes of a stream: from good ones to noise.
enum Stream {
  static func bytes(_ dice: inout Dice) -> [UInt8] {
    // Now and then an object of a megabyte, which takes as long as a thousand small streams.
    if dice.roll(5_000) == 0 { return largeObject(&dice) }
    switch dice.roll(10) {
    case 0: return dice.noise(upTo: 400)
    case 1: return nested(&dice)
    default:
      var lines: [UInt8] = []
      for _ in 0...dice.roll(4) {
        var line = Array(dice.pick(seeds).utf8)
        for _ in 0..<dice.pick([0, 0, 1, 1, 2, 3]) { mutate(&line, &dice) }
        lines += line
        // A line without an end runs into the next one.
        if dice.roll(8) != 0 { lines.append(0x0A) }
      }
      return dice.roll(6) == 0 ? Array(lines.prefix(dice.roll(lines.count + 1))) : lines
    }
  }

  /// Changes a byte or a few, as transmission, a broken sender or an attacker might.
  static func mutate(_ line: inout [UInt8], _ dice: inout Dice) {
    guard !line.isEmpty else { return }
    let place = dice.roll(line.count)
    switch dice.roll(7) {
    case 0: line[place] ^= 1 << UInt8(dice.roll(8))
    case 1: line.remove(at: place)
    case 2: line.insert(contentsOf: dice.noise(upTo: 4), at: place)
    case 3: line[place] = dice.pick(Array("{}[],:\"\\0-eu\u{0}\n".utf8))
    case 4:
      line.insert(contentsOf: line[place..<min(line.count, place + dice.roll(40))], at: dice.roll(place + 1))
    case 5: line.removeSubrange(place..<min(line.count, place + dice.roll(40)))
    default: line.insert(contentsOf: Array(dice.pick(fragments).utf8), at: place)
    }
  }

  private static func nested(_ dice: inout Dice) -> [UInt8] {
    let depth = dice.roll(dice.roll(20) == 0 ? 200_000 : 1_000)
    let opening: [UInt8] = dice.roll(2) == 0 ? Array("[".utf8) : Array(#"{"a":"#.utf8)
    var bytes = Array(#"{"type":"ADDED","object":"#.utf8)
    for _ in 0..<depth { bytes += opening }
    return bytes + dice.noise(upTo: 8) + [0x0A]
  }

  private static func largeObject(_ dice: inout Dice) -> [UInt8] {
    let value = String(repeating: dice.pick(["x", "é", "\\n", "\\u00e9"]), count: 1 << 18)
    var line = Array(
      #"{"type":"ADDED","object":{"metadata":{"name":"large","annotations":{"a":"\#(value)","b":"\#(value)"}}}}"#
        .utf8)
    if dice.roll(2) == 0 { mutate(&line, &dice) }
    return line + [0x0A]
  }

  private static let fragments = [
    "null", "true", "1e999", "-0.0", "\\ud83d", "\\ud83d\\ude00", "\u{FEFF}", "\"metadata\":",
    "\"managedFields\":[{}],",
    "{\"type\":\"ADDED\",\"object\":", "}}", "\"\"", "99999999999999999999", "\r", " ",
  ]

  private static let seeds = [
    #"{"type":"ADDED","object":{"kind":"Job","apiVersion":"batch/v1","metadata":{"name":"packages-1","namespace":"#
      + #""shop","uid":"u","resourceVersion":"7","generation":1,"creationTimestamp":"2026-01-01T00:00:00Z","labels":"#
      + #"{"a":"b"},"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"x\":1}","c":"\u00e9"},"#
      + #""ownerReferences":[{"apiVersion":"v1","kind":"K","name":"n","uid":"u","controller":true}],"managedFields":"#
      + #"[{"manager":"m","fieldsV1":{"f:spec":{"k:{\"a\":1}":{}}}}]},"spec":{"parallelism":1,"template":{"spec":{}}},"#
      + #""status":{"conditions":[{"type":"Complete","status":"True"}],"startTime":"2026-01-01T00:00:00Z","active":1}}}"#,
    #"{"type":"MODIFIED","object":{"metadata":{"name":"b","resourceVersion":"8"},"status":{"active":null}}}"#,
    #"{"type":"DELETED","object":{"metadata":{"name":"b","resourceVersion":"9"},"status":{"active":"many"}}}"#,
    #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}"#,
    #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#,
    #"{"kind":"JobList","metadata":{"resourceVersion":"5","continue":"t"},"items":[{"metadata":{"name":"a"}},{},null]}"#,
  ]
}
