import CCurl

/// Header fields in the form that libcurl takes.
enum HeaderLine {
  /// One field as one line.
  ///
  /// - Throws: `RequestProblem` for what would smuggle further lines into the request. It does not show the value,
  ///   which may be a token.
  static func encode(_ name: String, _ value: String) throws(RequestProblem) -> String {
    guard name.isToken else {
      throw RequestProblem(CURLE_BAD_FUNCTION_ARGUMENT, "a header field's name is no HTTP token")
    }
    guard value.utf8.allSatisfy(isValueByte) else {
      throw RequestProblem(
        CURLE_BAD_FUNCTION_ARGUMENT, "the value of header field \(name) has a line break or control character"
      )
    }
    // libcurl takes "Name:" for "leave this field out"; an empty value is written with a semicolon.
    return value.isEmpty ? "\(name);" : "\(name): \(value)"
  }

  /// The line that keeps libcurl from adding a field of its own.
  static func without(_ name: String) -> String { "\(name):" }

  /// RFC 9110, section 5.5.
  private static func isValueByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\t") || (byte >= 0x20 && byte != 0x7F)
  }
}
