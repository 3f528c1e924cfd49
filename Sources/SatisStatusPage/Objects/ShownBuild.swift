import KubernetesClient
import SatisAPI

/// A SatisBuild as far as the list shows it.
///
/// The log is left out, which is most of a build that has ended; who wants to read it gets it from the server.
struct ShownBuild: KubernetesObject {
  static var resourceType: ResourceType { SatisBuild.resourceType }

  var metadata: ObjectMetadata
  var spec: SatisBuild.Spec
  var status: Status?

  struct Status: Codable, Sendable {
    var conditions: [Condition]?
    var startTime: Timestamp?
    var completionTime: Timestamp?
    var attempts: [Attempt]?
    var nextAttemptTime: Timestamp?
    var supersededBy: String?
    var release: String?
  }

  /// Only counted.
  struct Attempt: Codable, Sendable {
    var number: Int
  }
}
