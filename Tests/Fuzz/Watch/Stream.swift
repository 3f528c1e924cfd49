import FuzzSupport

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
        for _ in 0..<dice.pick([0, 0, 1, 1, 2, 3]) { dice.mutate(&line) }
        lines += line
        // A line without an end runs into the next one.
        if dice.roll(8) != 0 { lines.append(0x0A) }
      }
      return dice.roll(6) == 0 ? Array(lines.prefix(dice.roll(lines.count + 1))) : lines
    }
  }

  private static func nested(_ dice: inout Dice) -> [UInt8] {
    let depth = dice.roll(dice.roll(200) == 0 ? 200_000 : 1_000)
    let isList = dice.roll(2) == 0
    let opening = Array((isList ? "[" : #"{"a":"#).utf8)
    // One that is whole does not end the stream, however deep it is.
    let isWhole = dice.roll(2) == 0
    var bytes = Array(#"{"type":"ADDED","object":"#.utf8)
    if isWhole { bytes += Array(#"{"metadata":{"name":"deep"},"spec":"#.utf8) }
    for _ in 0..<depth { bytes += opening }
    guard isWhole else { return bytes + dice.noise(upTo: 8) + [0x0A] }
    bytes += [UInt8(ascii: "0")] + [UInt8](repeating: UInt8(ascii: isList ? "]" : "}"), count: depth)
    return bytes + Array("}}\n".utf8)
  }

  private static func largeObject(_ dice: inout Dice) -> [UInt8] {
    let value = String(repeating: dice.pick(["x", "é", "\\n", "\\u00e9"]), count: 1 << 18)
    var line = Array(
      #"{"type":"ADDED","object":{"metadata":{"name":"large","annotations":{"a":"\#(value)","b":"\#(value)"}}}}"#
        .utf8)
    if dice.roll(2) == 0 { dice.mutate(&line) }
    return line + [0x0A]
  }

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
