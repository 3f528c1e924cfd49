extension Dice {
  /// Changes a text in one place: a bit, a byte, a part of it that goes or comes twice, or something foreign in it.
  public mutating func mutate(_ line: inout [UInt8]) {
    guard !line.isEmpty else { return }
    let place = roll(line.count)
    switch roll(7) {
    case 0: line[place] ^= 1 << UInt8(roll(8))
    case 1: line.remove(at: place)
    case 2: line.insert(contentsOf: noise(upTo: 4), at: place)
    case 3: line[place] = pick(Array("{}[],:\"\\0-eu\u{0}\n".utf8))
    case 4:
      line.insert(contentsOf: line[place..<min(line.count, place + roll(40))], at: roll(place + 1))
    case 5: line.removeSubrange(place..<min(line.count, place + roll(40)))
    default: line.insert(contentsOf: Array(pick(Self.fragments).utf8), at: place)
    }
  }

  private static let fragments = [
    "null", "true", "1e999", "-0.0", "\\ud83d", "\\ud83d\\ude00", "\u{FEFF}", "\"metadata\":",
    "\"managedFields\":[{}],",
    "{\"type\":\"ADDED\",\"object\":", "}}", "\"\"", "99999999999999999999", "\r", " ",
  ]
}
