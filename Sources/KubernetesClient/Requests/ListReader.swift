/// Reads the server's form of a list while it comes, object by object, so that one that does not fit its type spoils
/// no other.
///
/// Each object has a document of its own, which goes when the next one is read: the text of the list and the fields
/// nobody asks for are never in memory for more than one object.
struct ListReader<Object: KubernetesObject> {
  private var splitter = ListSplitter()
  private var list = ObjectList<Object>(items: [], unreadable: [], resourceVersion: "")

  /// Reads a list that is there as a whole.
  static func page(from bytes: [UInt8]) throws(JSONCodingError) -> ObjectList<Object> {
    var reader = Self()
    try reader.append(bytes)
    return try reader.end()
  }

  /// Reads a piece of the list.
  mutating func append(_ piece: [UInt8]) throws(JSONCodingError) {
    // Taken out meanwhile: the closure may not reach into what is being changed, and a second owner would mean a copy.
    var list = list
    self.list = ObjectList(items: [], unreadable: [], resourceVersion: "")
    defer { self.list = list }
    try splitter.append(piece) { (bytes) throws(JSONCodingError) in
      var reader = try JSONReader(bytes)
      let received = try reader.receivedObject()
      try reader.end()
      do throws(JSONCodingError) {
        list.items.append(try received.decode(Object.self))
      } catch {
        list.unreadable.append(UnreadableObject(received.document, problem: error))
      }
    }
  }

  /// The list, whose text has come to its end.
  ///
  /// - Throws: when that was no list.
  func end() throws(JSONCodingError) -> ObjectList<Object> {
    var list = list
    // Each object has left a zero here.
    var count = 0
    var others: [JSONDocument] = []
    var hasMetadata = false
    var reader = try JSONReader(splitter.frame)
    try reader.object { (key, reader) throws(JSONCodingError) in
      if key.elementsEqual("metadata".utf8) {
        let metadata = try JSONCoding.decode(ListMetadata.self, from: try reader.document())
        list.resourceVersion = metadata.resourceVersion ?? ""
        list.continueToken = metadata.continue
        hasMetadata = true
      } else if key.elementsEqual("items".utf8) {
        // Go writes an empty list as null.
        if try reader.isNull() { return }
        try reader.array { (reader) throws(JSONCodingError) in
          let element = try reader.document()
          if element.integer(0, Int.self) == 0 { count += 1 } else { others.append(element) }
        }
      } else {
        try reader.skip()
      }
    }
    try reader.end()
    guard hasMetadata else { throw JSONCodingError("'metadata' is missing at the top") }
    guard count == list.items.count + list.unreadable.count else {
      throw JSONCodingError("an element of 'items' is a number")
    }
    list.unreadable += others.map { UnreadableObject($0, problem: JSONCodingError("it is no object")) }
    return list
  }
}

private struct ListMetadata: Decodable {
  var resourceVersion: String?
  var `continue`: String?
}

extension UnreadableObject {
  /// Names an object that does not fit its type, as far as its metadata can be read.
  init(_ document: JSONDocument, problem: JSONCodingError) {
    let metadata = document.identity
    key = NamespacedName(namespace: metadata?.namespace ?? "", name: metadata?.name ?? "")
    self.problem = problem.description
  }
}

extension JSONDocument {
  /// Who the object is, even if the rest of it cannot be read.
  var identity: ObjectMetadata? {
    try? JSONCoding.decode(Identified.self, from: self).metadata
  }

  private struct Identified: Decodable {
    var metadata: ObjectMetadata
  }
}
