import Foundation
import KubernetesClient
import SatisAPI
import TestSupport

/// The pod of a Job that the controller has made, to be started by hand with another work order.
struct PodTemplate {
  private let site: Site
  private let spec: JSONValue
  private let order: JSONValue

  /// Reads the template of a Job.
  init(ofJob name: String, in site: Site) async throws {
    self.site = site
    let json = try await site.kubectl.run("get", "job", name, "-o", "json")
    let template = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))["spec"]?["template"]
    let annotation = template?["metadata"]?["annotations"]?[ResourceNames.workOrderAnnotation]?.text
    guard let spec = template?["spec"], let annotation else {
      throw TestFailure("Job \(name) has no work order")
    }
    self.spec = spec
    order = try JSONDecoder().decode(JSONValue.self, from: Data(annotation.utf8))
  }

  /// Starts a runner for one source.
  ///
  /// Without the Job's labels, so that no controller minds it.
  func start(_ name: String, source: String) async throws {
    var order = order
    order["job"] = .string(name)
    order["full"] = false
    order["sources"] = [["url": .string(source)]]
    let text = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
    _ = try await site.server.client.createReturningMetadata(
      Pod.self,
      manifest: [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string(name), "annotations": .object([ResourceNames.workOrderAnnotation: .string(text)]),
        ],
        "spec": spec,
      ],
      key: NamespacedName(namespace: site.namespace, name: name))
  }

  /// Waits for a line of a pod's log.
  func line(of pod: String, _ isWanted: (String) -> Bool) async throws -> String {
    _ = try await site.server.wait(for: Pod.self, pod, in: site.namespace) { $0.status?.phase != "Pending" }
    for await line in try site.kubectl.lines("logs", "--follow", pod) where isWanted(line) {
      return line
    }
    throw TestFailure("the log of pod \(pod) has ended without the line that was awaited")
  }
}
