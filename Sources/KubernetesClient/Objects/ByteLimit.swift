extension String {
  /// The text cut to as many bytes of UTF-8, at the border of a character, with an ellipsis when something is missing.
  public func prefix(maximumBytes: Int) -> String {
    guard utf8.count > maximumBytes else { return self }
    let ellipsis = "…"
    guard maximumBytes >= ellipsis.utf8.count else { return "" }
    var end = utf8.index(startIndex, offsetBy: maximumBytes - ellipsis.utf8.count)
    while end.samePosition(in: self) == nil, end > startIndex { end = utf8.index(before: end) }
    return self[..<end] + ellipsis
  }
}
