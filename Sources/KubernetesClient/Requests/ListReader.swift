/// Reads the server's form of a list object by object, so that one that does not fit its type spoils no other.
///
/// Each object has a document of its own, which goes when the next one is read: the fields nobody asks for are
/// never in memory for more than one object.
enum ListReader {
  static func page<Object: KubernetesObject>(
    _ type: Object.Type, from bytes: [UInt8]
  ) throws(JSONCodingError) -> ObjectList<Object> {
    var list = ObjectList<Object>(items: [], unreadable: [], resourceVersion: "")
    var hasMetadata = false
    var reader = try JSONReader(bytes)
    try reader.object { (key, reader) throws(JSONCodingError) in
      if key.elementsEqual("metadata".utf8) {
        let metadata = try JSONCoding.decode(Metadata.self, from: try reader.document())
        list.resourceVersion = metadata.resourceVersion ?? ""
        list.continueToken = metadata.continue
        hasMetadata = true
      } else if key.elementsEqual("items".utf8) {
        // Go writes an empty list as null.
        if try reader.isNull() { return }
        try reader.array { (reader) throws(JSONCodingError) in
          let document = try reader.document(cutting: .object)
          do throws(JSONCodingError) {
            list.items.append(try JSONCoding.decode(Object.self, from: document))
          } catch {
            list.unreadable.append(UnreadableObject(document, problem: error))
          }
        }
      } else {
        try reader.skip()
      }
    }
    try reader.end()
    guard hasMetadata else { throw JSONCodingError("'metadata' is missing at the top") }
    return list
  }

  private struct Metadata: Decodable {
    var resourceVersion: String?
    var `continue`: String?
  }
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
