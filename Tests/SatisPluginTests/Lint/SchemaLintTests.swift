import Foundation
import KubernetesClient
import SatisAPI
import Testing

@testable import SatisPlugin

@Suite struct SchemaLintTests {
  @Test func `the schemas are those of the definitions that the server is given`() throws {
    let crds = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../../crds")
    for (name, carried) in [
      ("satisrepositories.yaml", PackageResources.satisrepositories_yaml),
      ("satisbuilds.yaml", PackageResources.satisbuilds_yaml),
    ] {
      #expect(try carried == [UInt8](Data(contentsOf: crds.appendingPathComponent(name))), "\(name)")
    }
    for kind in [SatisRepository.resourceType.kind, SatisBuild.resourceType.kind] {
      #expect(ResourceSchema.schema(ofKind: kind)?["properties"]?["spec"] != nil, "\(kind)")
    }
    #expect(ResourceSchema.schema(ofKind: "Deployment") == nil)
  }
}
