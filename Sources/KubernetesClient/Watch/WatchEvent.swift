/// One line of a watch.
enum WatchEvent<Object: KubernetesObject>: Sendable {
  /// An object is there in this version, new or changed.
  case applied(Object)
  /// The object is gone; its last version.
  case deleted(Object)
  /// Nothing changed up to this version.
  ///
  /// - `endsInitialEvents`: all that was there when a streaming list began has been told.
  case bookmark(resourceVersion: String, endsInitialEvents: Bool)
  /// The server ends the watch and says why.
  case failure(KubernetesError.Status)
  /// An object that does not fit its type, with the version it had.
  case unreadable(UnreadableObject, resourceVersion: String)

  /// The version up to which a watch has seen everything after this event.
  var resourceVersion: String? {
    switch self {
    case .applied(let object), .deleted(let object): object.metadata.resourceVersion
    case .bookmark(let version, _), .unreadable(_, let version): version
    case .failure: nil
    }
  }

  /// - Throws: for what is no event at all; an object that does not fit its type is an event.
  init(line: [UInt8]) throws(JSONCodingError) {
    let line = try WatchLine(line)
    switch line.type {
    case "ADDED", "MODIFIED":
      self = Self.object(line.object, isDeleted: false) { .applied($0) }
    case "DELETED":
      self = Self.object(line.object, isDeleted: true) { .deleted($0) }
    case "BOOKMARK":
      let metadata = try line.object.decode(Bookmark.self).metadata
      self = .bookmark(
        resourceVersion: metadata.resourceVersion,
        endsInitialEvents: metadata.annotations?["k8s.io/initial-events-end"] == "true")
    case "ERROR":
      self = .failure(try line.object.decode(KubernetesError.Status.self))
    case let type:
      throw JSONCodingError("'\(type)' is no type of watch event")
    }
  }

  private static func object(
    _ received: ReceivedObject, isDeleted: Bool, _ event: (Object) -> Self
  ) -> Self {
    do throws(JSONCodingError) {
      return event(try received.decode(Object.self))
    } catch {
      var object = UnreadableObject(received.document, problem: error)
      object.isDeleted = isDeleted
      return .unreadable(object, resourceVersion: received.document.identity?.resourceVersion ?? "")
    }
  }

  private struct Bookmark: Decodable {
    var metadata: Metadata

    struct Metadata: Decodable {
      var resourceVersion: String
      var annotations: [String: String]?
    }
  }
}

/// The two members of a watch's line: what happened, and the object it happened to, not decoded yet.
private struct WatchLine {
  let type: String
  let object: ReceivedObject

  init(_ line: [UInt8]) throws(JSONCodingError) {
    var type: String?
    var object: ReceivedObject?
    var reader = try JSONReader(line)
    try reader.object { (key, reader) throws(JSONCodingError) in
      if key.elementsEqual("type".utf8) {
        type = try JSONCoding.decode(String.self, from: try reader.document())
      } else if key.elementsEqual("object".utf8) {
        object = try reader.receivedObject()
      } else {
        try reader.skip()
      }
    }
    try reader.end()
    guard let type, let object else { throw JSONCodingError("an event without type or object") }
    self.type = type
    self.object = object
  }
}
