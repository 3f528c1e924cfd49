extension String {
  /// The JSON text of as many lists within each other.
  static func nestedLists(_ depth: Int, around text: String = "") -> String {
    String(repeating: "[", count: depth) + text + String(repeating: "]", count: depth)
  }
}
