/// A mistake in a file, with its place and what to do about it.
public struct Finding: Hashable, Sendable, Encodable {
  /// The file as it was named; `-` for standard input.
  public var file: String
  /// Counted from 1.
  public var line: Int
  /// In characters, counted from 1.
  public var column: Int
  /// How bad it is.
  public var severity: Severity
  /// What is wrong.
  public var message: String
  /// What to do about it.
  public var remedy: String

  /// How bad a mistake is.
  public enum Severity: String, Sendable, Encodable, CaseIterable {
    /// The operator, the API server or Satis refuses it, or builds something else than it says.
    case error
    /// It works, and is hardly meant.
    case warning
  }
}

extension Finding: CustomStringConvertible {
  /// As compilers print it, so that editors find the place, and the remedy on a line of its own.
  public var description: String {
    "\(file):\(line):\(column): \(severity.rawValue): \(message)\n    \(remedy)"
  }
}

/// A mistake in a text, before it is known where in which file the text stands.
struct Fault: Hashable, Sendable {
  /// In bytes of the text.
  var offset: Int
  var severity: Finding.Severity
  var message: String
  var remedy: String
}

/// Where a text stands in a file.
struct TextPlace: Sendable {
  var file: String
  /// The line of the text's first line, counted from 1.
  var firstLine = 1
  /// How many characters stand before each of its lines.
  var indentation = 0
  /// Where its lines are not those of the file, as with base64: the place of the whole, and its name.
  var whole: (column: Int, name: String)?

  /// The fault with its place in the file.
  func finding(_ fault: Fault, in text: String) -> Finding {
    let (line, column) = Self.position(of: fault.offset, in: text)
    var finding = Finding(
      file: file, line: firstLine + line - 1, column: indentation + column, severity: fault.severity,
      message: fault.message, remedy: fault.remedy)
    if let whole {
      finding.line = firstLine
      finding.column = whole.column
      finding.message = "\(whole.name), line \(line), column \(column): \(fault.message)"
    }
    return finding
  }

  /// Line and column, counted from 1; columns are Unicode scalars, as YAML counts them.
  static func position(of offset: Int, in text: String) -> (line: Int, column: Int) {
    let before = text.utf8.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { before.index(after: $0) } ?? before.startIndex
    // Continuation bytes of UTF-8 are no characters of their own.
    return (line, before[start...].count { $0 & 0xC0 != 0x80 } + 1)
  }
}
