extension Duration {
  /// Whole milliseconds, rounded up; at least 1, as libcurl takes 0 for no limit; at most 23 days, as it takes no
  /// more.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    let rounded = Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    return max(1, Int(min(seconds, 2_000_000)) * 1_000 + rounded)
  }

  /// Whole seconds, rounded up, at least 1.
  var wholeSeconds: Int { (milliseconds + 999) / 1_000 }

  /// Short words for messages: "250 ms", "10 s", "1.5 s".
  var inWords: String {
    let milliseconds = milliseconds
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    let tenths = (milliseconds % 1_000) / 100
    return tenths == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds / 1_000).\(tenths) s"
  }
}
