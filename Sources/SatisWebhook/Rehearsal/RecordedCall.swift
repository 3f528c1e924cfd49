import KubernetesClient

/// A call as somebody has recorded it: a raw HTTP request, with or without its first line.
struct RecordedCall: Sendable {
  /// Where it went, as in `/satis/packages`; nil when the recording begins with the headers.
  let path: String?
  let delivery: Delivery

  /// Reads a recording: perhaps a request line, headers, an empty line, and then nothing but the body.
  ///
  /// Lines may end as in HTTP or as in text files.
  ///
  /// - Throws: `UnreadableRecording`.
  init(_ bytes: [UInt8]) throws(UnreadableRecording) {
    var lines: [String] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      var line = rest[..<end]
      rest = rest[(end + 1)...]
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if line.isEmpty { break }
      lines.append(String(decoding: line, as: UTF8.self))
    }
    guard !lines.isEmpty else { throw .empty }
    let first = lines[0].split(separator: " ")
    if first.count == 3, first[2].hasPrefix("HTTP/") {
      path = String(first[1])
      lines.removeFirst()
    } else {
      path = nil
    }
    var fields: [(name: String, value: String)] = []
    for line in lines where !Self.isNote(line) {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].isFieldName else { throw .noField(line) }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      fields.append((String(line[..<colon]), String(value)))
    }
    let headers = Headers(fields)
    // A recording is old; when it was made, it was not. No call is of a time without a date.
    let time = headers["webhook-timestamp"].flatMap { Int64($0) } ?? 0
    delivery = Delivery(
      headers: headers, body: Array(rest),
      time: Timestamp(seconds: (0..<Self.endOfTime).contains(time) ? time : 0))
  }

  /// Whether it is what GitHub, Gitea and Forgejo show above the headers of a delivery.
  private static func isNote(_ line: String) -> Bool {
    ["request url:", "request method:"].contains { line.lowercased().hasPrefix($0) }
  }

  /// The first second of the year 10000, which no date of RFC 3339 has.
  private static let endOfTime: Int64 = 253_402_300_800
}

/// Why a recording cannot be read.
public enum UnreadableRecording: Error, Equatable, CustomStringConvertible {
  /// There is nothing in it.
  case empty
  /// A line before the empty one is no header field.
  case noField(String)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .empty: "the recording is empty; it should hold headers, an empty line, and the body"
    case .noField(let line):
      "the line '\(line.printable(limit: 80) ?? "")' before the first empty line is no header field such as 'Name: value'"
    }
  }
}

extension Substring {
  /// A token of RFC 9110, section 5.6.2.
  fileprivate var isFieldName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        let scalar = Unicode.Scalar(byte)
        return scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "!#$%&'*+-.^_`|~".unicodeScalars.contains(scalar)
      }
  }
}
