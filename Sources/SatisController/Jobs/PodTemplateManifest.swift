import KubernetesClient
import SatisAPI

/// What a repository's pod template gives to the pod of a Job.
extension SatisRepository.PodTemplate {
  /// What the container asks for where the repository says nothing.
  private static let defaultRequests: [String: Quantity] = ["cpu": "100m", "memory": "256Mi"]

  /// The pod's further labels.
  ///
  /// A template with reserved ones is refused before; they are left out here as well, since a pod that the operator
  /// does not find again would break the one rule that an output has one writer.
  var podLabels: [String: String] { (labels ?? [:]).filter { !Self.isReservedLabel($0.key) } }

  /// The pod's further annotations.
  var podAnnotations: [String: String] { (annotations ?? [:]).filter { !Self.isReservedAnnotation($0.key) } }

  /// What decides about the node: members of the pod's spec, only those that are given.
  func placement() throws -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    if let nodeSelector { members["nodeSelector"] = JSONValue(nodeSelector) }
    if let affinity { members["affinity"] = affinity }
    if let tolerations { members["tolerations"] = try JSONValue(encoding: tolerations) }
    if let priorityClassName { members["priorityClassName"] = .string(priorityClassName) }
    return members
  }

  /// Requests and limits of the container that runs Satis.
  var containerResources: JSONValue {
    let limits = resources?.limits?.byName ?? [:]
    let defaults = Self.defaultRequests.map { name, request in
      // The server takes no request above its limit.
      guard let limit = limits[name], limit.amount ?? 0 < request.amount ?? 0 else { return (name, request) }
      return (name, limit)
    }
    let requests = (resources?.requests?.byName ?? [:]).merging(defaults) { asked, _ in asked }
    var members: [String: JSONValue] = ["requests": JSONValue(requests.mapValues(\.text))]
    if !limits.isEmpty { members["limits"] = JSONValue(limits.mapValues(\.text)) }
    return .object(members)
  }
}

extension JSONValue {
  /// An object of texts.
  init(_ texts: [String: String]) {
    self = .object(texts.mapValues { .string($0) })
  }
}
