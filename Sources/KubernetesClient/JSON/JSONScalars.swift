extension JSONDocument {
  /// The text of a string; nil for any other value, and for what is no UTF-8 or half a surrogate pair.
  func string(_ index: Int) -> String? {
    switch kind(index) {
    case .plainString: String(validating: text(index), as: UTF8.self)
    case .escapedString: unescaped(text(index)).flatMap { String(validating: $0, as: UTF8.self) }
    default: nil
    }
  }

  /// A number of the type; nil for what is none, has a fraction or is too large.
  func integer<Number: FixedWidthInteger>(_ index: Int, _ type: Number.Type) -> Number? {
    guard kind(index) == .number else { return nil }
    let digits = text(index)
    let isNegative = digits.first == UInt8(ascii: "-")
    var number: Number = 0
    for byte in digits.dropFirst(isNegative ? 1 : 0) {
      // What has a point or an exponent may still be whole.
      guard (0x30...0x39).contains(byte) else { return double(index).flatMap { Number(exactly: $0) } }
      let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
      let digit = Number(truncatingIfNeeded: byte - 0x30)
      let (sum, overflowsToo) =
        isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if overflows || overflowsToo { return nil }
      number = sum
    }
    return number
  }

  /// A number; nil for what is none or beyond the range of the type.
  func double(_ index: Int) -> Double? {
    guard kind(index) == .number, let number = Double(String(decoding: text(index), as: UTF8.self)),
      number.isFinite
    else { return nil }
    return number
  }

  /// The reader has checked that each `\` is followed by what may follow it.
  private func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = unescapedScalar(&rest) else { return nil }
        result += Array(String(Character(scalar)).utf8)
      case let literal?: result.append(literal)
      case nil: return nil
      }
    }
    return result
  }

  /// The scalar of one `\u` escape, or of two that are a surrogate pair (RFC 8259, section 7).
  private func unescapedScalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let unit = codeUnit(&rest) else { return nil }
    guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
    guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
      let second = codeUnit(&rest), UTF16.isTrailSurrogate(second)
    else { return nil }
    return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
  }

  private func codeUnit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
    let digits = rest.prefix(4)
    rest = rest.dropFirst(4)
    return digits.count == 4 ? UInt16(String(decoding: digits, as: UTF8.self), radix: 16) : nil
  }
}
