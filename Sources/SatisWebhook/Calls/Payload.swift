import FoundationEssentials

/// Reads the bodies of calls; what it says about them never contains a part of them.
enum Payload {
  /// Reads the members of a JSON object that the type has.
  ///
  /// - Parameter expected: what should have been sent, for the message.
  /// - Throws: `Refusal.malformed`, naming the member that is wrong.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from json: [UInt8], expected: String
  ) throws(Refusal) -> Value {
    guard json.isShallow else {
      throw .malformed(
        "The body is not JSON in UTF-8, or has too many objects and lists in each other; send \(expected)")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(json))
    } catch {
      throw .malformed("\(problem(error)); send \(expected)")
    }
  }

  private static func problem(_ error: any Error) -> String {
    func name(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "The body" : "The member '\(path.map(\.stringValue).joined(separator: "."))' of the body"
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(name(context.codingPath + [key])) is missing"
    case DecodingError.valueNotFound(_, let context): "\(name(context.codingPath)) is null"
    case DecodingError.typeMismatch(let type, let context):
      "\(name(context.codingPath)) is no \(word(for: type))"
    default: "The body is not JSON"
    }
  }

  private static func word(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "string"
    case is [Any].Type: "list"
    default: "object"
    }
  }

  /// The JSON text of a body, which is the body itself or the field `payload` of a form, as its content type has it.
  ///
  /// Nil when the form has no such field, or its escapes are broken.
  static func json(in headers: Headers, _ body: [UInt8]) -> [UInt8]? {
    let type = headers["Content-Type"] ?? ""
    guard type.lowercased().hasPrefix("application/x-www-form-urlencoded") else { return body }
    return formField("payload", in: body)
  }

  /// The first field of this name in an `application/x-www-form-urlencoded` body, decoded.
  ///
  /// Nil when there is none or its escapes are broken. It works on bytes, since a form may be as large as the
  /// largest push, and keeps none of the other fields: anybody may send millions of them.
  static func formField(_ name: String, in form: some Collection<UInt8>) -> [UInt8]? {
    let separator = UInt8(ascii: "&")
    let prefix = Array("\(name)=".utf8)
    var start = form.startIndex
    while !form[start...].starts(with: prefix) {
      guard let end = form[start...].firstIndex(of: separator) else { return nil }
      start = form.index(after: end)
    }
    return decoded(form[start...].dropFirst(prefix.count).prefix { $0 != separator })
  }

  private static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var bytes = text.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard
          let high = bytes.next().flatMap(hexadecimalDigit), let low = bytes.next().flatMap(hexadecimalDigit)
        else { return nil }
        result.append(high << 4 | low)
      default: result.append(byte)
      }
    }
    return result
  }
}

extension [UInt8] {
  /// Far more than any host sends.
  private static let maximumDepth = 256

  /// Whether so few JSON objects and lists are in each other that Foundation can read them.
  ///
  /// Its decoder ends the process where a text breaks off just with the container that is one too many for it, the 513th,
  /// instead of throwing. Null bytes are in no JSON (RFC 8259, section 7), but in UTF-16 and UTF-32, which the decoder
  /// would understand and this does not.
  fileprivate var isShallow: Bool {
    var depth = 0
    var isText = false
    var isEscaped = false
    for byte in self {
      switch byte {
      case 0: return false
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isText: isEscaped = true
      case UInt8(ascii: "\""): isText.toggle()
      case _ where isText: continue
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth > Self.maximumDepth { return false }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: continue
      }
    }
    return true
  }
}
