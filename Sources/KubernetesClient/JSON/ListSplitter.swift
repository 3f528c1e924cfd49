/// Cuts the text of a list into its objects while it comes, wherever its pieces were split.
///
/// A server may answer with all objects of a collection at once, which can be hundreds of megabytes. Of those, one
/// object at a time is kept here, and the text around the objects, in which each of them is replaced by a `0`.
struct ListSplitter {
  /// The longest object, and the longest text around all of them.
  static let maximumBytes = LineBuffer.maximumLineBytes

  /// The text around the objects.
  private(set) var frame: [UInt8] = []
  /// The beginning of the object that is under way.
  private var object: [UInt8] = []
  private var isInObject = false
  /// Whether what is open is the list of objects or something in it.
  private var isInItems = false
  private var isInString = false
  private var isEscaped = false
  private var depth = 0

  /// Adds a piece and hands over each object that is complete now.
  ///
  /// - Throws: when an object or the text around them goes on beyond all need, and what the closure throws.
  mutating func append(
    _ piece: [UInt8], _ found: ([UInt8]) throws(JSONCodingError) -> Void
  ) throws(JSONCodingError) {
    // What has been looked at and is not kept yet.
    var start = 0
    var position = 0
    while position < piece.count {
      if isInString {
        position = endOfString(piece, position)
        continue
      }
      let byte = piece[position]
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 1, byte == UInt8(ascii: "[") {
          keep(piece[start..<position])
          start = position
          isInItems = endsInItemsKey
        } else if depth == 2, byte == UInt8(ascii: "{"), isInItems {
          keep(piece[start..<position])
          frame.append(UInt8(ascii: "0"))
          start = position
          isInObject = true
        }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 2, isInObject {
          keep(piece[start...position])
          start = position + 1
          try found(object)
          object.removeAll(keepingCapacity: true)
          isInObject = false
        } else if depth == 1 {
          isInItems = false
        }
      default: break
      }
      position += 1
    }
    keep(piece[start...])
    guard max(object.count, frame.count) <= Self.maximumBytes else {
      throw JSONCodingError("an object of the list is longer than \(Self.maximumBytes) bytes")
    }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    if isInObject { object += bytes } else { frame += bytes }
  }

  /// Most bytes of a list are those of strings.
  private mutating func endOfString(_ piece: [UInt8], _ start: Int) -> Int {
    piece.withUnsafeBufferPointer { piece in
      var position = start
      while position < piece.count {
        let byte = piece[position]
        position += 1
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          break
        }
      }
      return position
    }
  }

  /// Whether the text around the objects ends in the name of their list and a colon.
  private var endsInItemsKey: Bool {
    let blanks: Set<UInt8> = [0x20, 0x0A, 0x0D, 0x09]
    var rest = frame[...]
    while let last = rest.last, blanks.contains(last) { rest.removeLast() }
    guard rest.popLast() == UInt8(ascii: ":") else { return false }
    while let last = rest.last, blanks.contains(last) { rest.removeLast() }
    return rest.suffix(7).elementsEqual(#""items""#.utf8)
  }
}
