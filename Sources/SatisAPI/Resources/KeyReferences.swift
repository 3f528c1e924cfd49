/// One key of a ConfigMap or Secret in the same namespace.
public struct KeyReference: Codable, Hashable, Sendable {
  /// Name of the ConfigMap or Secret.
  public var name: String
  /// The key in its data.
  public var key: String

  /// Refers to a key.
  public init(name: String, key: String) {
    self.name = name
    self.key = key
  }
}

/// A text kept in a Secret.
public struct SecretSource: Codable, Hashable, Sendable {
  /// Where it is.
  public var secretKeyRef: KeyReference

  /// Refers to a key of a Secret.
  public init(secretKeyRef: KeyReference) {
    self.secretKeyRef = secretKeyRef
  }
}

/// A text kept in a ConfigMap or in a Secret: exactly one of the two.
public struct KeySource: Codable, Hashable, Sendable {
  /// For what anybody may read.
  public var configMapKeyRef: KeyReference?
  /// For what must stay secret.
  public var secretKeyRef: KeyReference?

  /// Refers to a key of a ConfigMap or a Secret.
  public init(configMapKeyRef: KeyReference? = nil, secretKeyRef: KeyReference? = nil) {
    self.configMapKeyRef = configMapKeyRef
    self.secretKeyRef = secretKeyRef
  }
}

/// A reference to an object of the same namespace by its name.
public struct LocalReference: Codable, Hashable, Sendable {
  /// The object's name.
  public var name: String

  /// Refers to an object.
  public init(name: String) {
    self.name = name
  }
}
