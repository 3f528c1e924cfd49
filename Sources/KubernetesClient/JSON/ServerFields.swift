/// Where in an object the reader is, as far as the fields are concerned that it leaves out.
///
/// `managedFields` and the annotation of `kubectl apply` are often larger than all the rest of an object, and
/// decide nothing for a client that writes patches.
enum ServerFields {
  /// Where nothing is left out.
  case none
  /// An object of the API.
  case object
  /// An object of the API that loses all but its `metadata`.
  case identity
  /// Its `metadata`.
  case metadata
  /// Its annotations.
  case annotations

  /// The place of a member's value; nil when the member is left out.
  func below(_ bytes: [UInt8], _ key: Range<Int>) -> ServerFields? {
    switch self {
    case .none: ServerFields.none
    case .object: Self.matches(bytes, key, "metadata") ? .metadata : ServerFields.none
    case .identity: Self.matches(bytes, key, "metadata") ? .metadata : nil
    case .metadata:
      if Self.matches(bytes, key, "managedFields") {
        nil
      } else {
        Self.matches(bytes, key, "annotations") ? .annotations : ServerFields.none
      }
    case .annotations:
      Self.matches(bytes, key, "kubectl.kubernetes.io/last-applied-configuration") ? nil : ServerFields.none
    }
  }

  private static func matches(_ bytes: [UInt8], _ key: Range<Int>, _ name: StaticString) -> Bool {
    key.count == name.utf8CodeUnitCount && name.withUTF8Buffer { $0.elementsEqual(bytes[key]) }
  }
}
