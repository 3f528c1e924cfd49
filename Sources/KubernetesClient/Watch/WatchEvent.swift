import FoundationEssentials

/// One line of a watch.
enum WatchEvent<Object: KubernetesObject>: Sendable {
  /// An object is there in this version, new or changed.
  case applied(Object)
  /// The object is gone; its last version.
  case deleted(Object)
  /// Nothing changed up to this version.
  case bookmark(resourceVersion: String)
  /// The server ends the watch and says why.
  case failure(KubernetesError.Status)
  /// An object that does not fit its type, with the version it had.
  case unreadable(UnreadableObject, resourceVersion: String)

  /// The version up to which a watch has seen everything after this event.
  var resourceVersion: String? {
    switch self {
    case .applied(let object), .deleted(let object): object.metadata.resourceVersion
    case .bookmark(let version), .unreadable(_, let version): version
    case .failure: nil
    }
  }

  init(line: [UInt8]) throws(JSONCodingError) {
    switch try JSONCoding.decode(Kind.self, from: line).type {
    case "ADDED", "MODIFIED":
      self = Self.object(line) { .applied($0) }
    case "DELETED":
      self = Self.object(line) { .deleted($0) }
    case "BOOKMARK":
      let bookmark = try JSONCoding.decode(Payload<Bookmark>.self, from: line)
      self = .bookmark(resourceVersion: bookmark.object.metadata.resourceVersion)
    case "ERROR":
      self = .failure(try JSONCoding.decode(Payload<KubernetesError.Status>.self, from: line).object)
    case let type:
      throw JSONCodingError("'\(type)' is no type of watch event")
    }
  }

  private static func object(_ line: [UInt8], _ event: (Object) -> Self) -> Self {
    do {
      return event(try JSONCoding.decode(Payload<Object>.self, from: line).object)
    } catch {
      let identity = try? JSONCoding.decode(Payload<Identity>.self, from: line).object.metadata
      let key = NamespacedName(namespace: identity?.namespace ?? "", name: identity?.name ?? "")
      return .unreadable(
        UnreadableObject(key: key, problem: error.description),
        resourceVersion: identity?.resourceVersion ?? "")
    }
  }

  private struct Kind: Decodable {
    var type: String
  }

  private struct Payload<Content: Decodable>: Decodable {
    var object: Content
  }

  private struct Bookmark: Decodable {
    var metadata: Metadata

    struct Metadata: Decodable {
      var resourceVersion: String
    }
  }

  private struct Identity: Decodable {
    var metadata: ObjectMetadata
  }
}
