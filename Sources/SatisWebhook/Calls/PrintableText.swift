extension String {
  /// The text for records and log lines: no control characters, at most so many code points, by which the API
  /// server counts; nil when nothing is left.
  func printable(limit: Int) -> String? {
    let scalars = unicodeScalars.lazy.filter { $0.properties.generalCategory != .control }.prefix(limit)
    return scalars.isEmpty ? nil : String(String.UnicodeScalarView(scalars))
  }
}
