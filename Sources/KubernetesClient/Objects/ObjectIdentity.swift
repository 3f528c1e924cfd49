/// The metadata of an object and nothing else, for lists and watches that do not want its content.
public struct ObjectIdentity<Object: KubernetesObject>: KubernetesObject {
  /// Where the kind is served.
  public static var resourceType: ResourceType { Object.resourceType }
  /// The content is not even sent.
  public static var isMetadataOnly: Bool { true }

  /// Name, version, labels and owners.
  public var metadata: ObjectMetadata
}
