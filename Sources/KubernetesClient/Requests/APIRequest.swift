/// One request in the API's own terms, and its words for messages.
struct APIRequest: Sendable, CustomStringConvertible {
  /// The verbs by which Kubernetes authorizes requests.
  enum Verb: String, Sendable {
    case get
    case list
    case watch
    case create
    case patch
    case delete

    var method: String {
      switch self {
      case .get, .list, .watch: "GET"
      case .create: "POST"
      case .patch: "PATCH"
      case .delete: "DELETE"
      }
    }
  }

  let verb: Verb
  /// In the plural.
  let resource: String
  let description: String
  var contentType = "application/json"
  /// The kind in `meta.k8s.io` that is wanted instead of the object or list itself, such as `PartialObjectMetadata`.
  var reducedKind: String?
  private(set) var body: [UInt8]?
  private let path: String
  private var queryItems: [String] = []

  /// A request on one object.
  init(verb: Verb, on type: ResourceType, key: NamespacedName, subresource: Subresource? = nil) {
    self.verb = verb
    resource = type.plural
    let suffix = subresource.map { "/\($0.rawValue)" } ?? ""
    path = "\(type.path(namespace: key.namespace))/\(key.name.percentEncoded)\(suffix)"
    description = "\(verb.rawValue) \(type.kind) \(key)\(suffix)"
  }

  /// A request on a collection; the name only serves messages.
  init(verb: Verb, on type: ResourceType, namespace: String?, name: String? = nil) {
    self.verb = verb
    resource = type.plural
    path = type.path(namespace: namespace)
    let object = name.map { "\(type.kind) \(NamespacedName(namespace: namespace ?? "", name: $0))" }
    description = "\(verb.rawValue) \(object ?? type.plural + (namespace.map { " in \($0)" } ?? ""))"
  }

  /// What the answer may be; a server that knows no reduced form sends the whole.
  var accept: String {
    reducedKind.map { "application/json;as=\($0);g=meta.k8s.io;v=v1,application/json" } ?? "application/json"
  }

  var target: String {
    queryItems.isEmpty ? path : "\(path)?\(queryItems.joined(separator: "&"))"
  }

  mutating func query(_ name: String, _ value: String?) {
    guard let value else { return }
    queryItems.append("\(name)=\(value.percentEncoded)")
  }

  mutating func body(_ value: some Encodable) throws(KubernetesError) {
    do throws(JSONCodingError) {
      body = try JSONCoding.encode(value)
    } catch {
      throw KubernetesError(
        request: description, cause: .configuration("cannot be written as JSON: \(error)"))
    }
  }
}

extension String {
  /// With everything percent-encoded but the unreserved characters of RFC 3986.
  var percentEncoded: String {
    var result = ""
    for byte in utf8 {
      let scalar = Unicode.Scalar(byte)
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": result.unicodeScalars.append(scalar)
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += byte < 16 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return result
  }
}
