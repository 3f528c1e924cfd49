extension JSONValue {
  /// The JSON merge patch (RFC 7396) that turns one value into another; nil when they are equal.
  ///
  /// Members that are gone become `null`; lists are replaced whole, as the RFC has it. Writing the difference
  /// instead of the object keeps fields that a newer version of this program added.
  public static func mergePatch(from old: JSONValue, to new: JSONValue) -> JSONValue? {
    guard old != new else { return nil }
    guard case .object(let oldMembers) = old, case .object(let newMembers) = new else { return new }
    var patch: [String: JSONValue] = [:]
    for (name, value) in newMembers {
      if let oldValue = oldMembers[name] {
        patch[name] = mergePatch(from: oldValue, to: value)
      } else {
        patch[name] = value
      }
    }
    for name in oldMembers.keys where newMembers[name] == nil {
      patch[name] = .null
    }
    return .object(patch)
  }
}
