extension String {
  /// The text for records and log lines: no control characters, at most so many code points, by which the API
  /// server counts; nil when nothing is left.
  func printable(limit: Int) -> String? {
    // Nearly all texts are like that, and to look up properties of each character takes long.
    if !isEmpty, utf8.count <= limit, utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    let scalars = unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }.prefix(limit)
    return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
  }
}
