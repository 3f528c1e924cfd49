import KubernetesClient
import SatisAPI

/// A SatisRepository as far as the page shows it.
///
/// Environment, credentials and satis.json are not even read, so that nothing on the page can tell them.
struct ShownRepository: KubernetesObject {
  static var resourceType: ResourceType { SatisRepository.resourceType }

  var metadata: ObjectMetadata
  var spec: Spec
  var status: Status?

  struct Spec: Codable, Sendable {
    var state: SatisRepository.State?
  }

  struct Status: Codable, Sendable {
    var conditions: [Condition]?
    var activeJob: ActiveJob?
    var queuedBuilds: Int?
    var release: String?
    var lastSucceededTime: Timestamp?
    var nextFullBuildTime: Timestamp?
    var nextPurgeTime: Timestamp?
  }

  struct ActiveJob: Codable, Sendable {
    var startTime: Timestamp
  }
}
