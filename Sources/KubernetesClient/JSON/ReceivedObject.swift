/// An object of the API as the server has sent it, not decoded yet.
struct ReceivedObject {
  /// The object without what the reader leaves out; its `metadata` alone where there is a problem.
  let document: JSONDocument
  /// Why the rest of it is in no document.
  let problem: JSONCodingError?

  func decode<Value: Decodable>(_ type: Value.Type) throws(JSONCodingError) -> Value {
    if let problem { throw problem }
    return try JSONCoding.decode(type, from: document)
  }
}

extension JSONReader {
  /// Reads the next value, which is an object of the API.
  ///
  /// API servers keep objects of some 10,000 levels for whoever may write one. It must not spoil the list or the watch
  /// that it is in, so all of it but its name and version is passed over.
  ///
  /// - Throws: for what is no JSON, at whatever level, and for metadata that is too deep, which no server keeps.
  mutating func receivedObject() throws(JSONCodingError) -> ReceivedObject {
    let start = position
    do throws(JSONCodingError) {
      return ReceivedObject(document: try document(cutting: .object), problem: nil)
    } catch {
      position = start
      return ReceivedObject(document: try document(cutting: .identity), problem: error)
    }
  }
}
