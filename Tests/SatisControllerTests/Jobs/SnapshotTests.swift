import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct SnapshotTests {
  private let secretSource = SatisRepository.ConfigSource(
    secretKeyRef: .init(name: "config", key: "satis.json"))

  private func snapshot(_ scene: Scene, configuration text: String = Scene.satisJSON) throws -> Snapshot {
    let repository = try #require(scene.repository)
    return Snapshot(repository: repository, configuration: try SatisConfiguration(text: text))
  }

  @Test func `it holds satis.json to the letter, the whole runner and a user of the pod's uid`() throws {
    let files = try snapshot(Scene()).files
    #expect(files["satis.json"] == Scene.satisJSON)
    #expect(files["passwd"] == "satis:x:1000:1000:Satis:/tmp:/sbin/nologin\n")
    for (name, content) in RunnerProgram.files { #expect(files[name] == content) }
    #expect(files.count == RunnerProgram.files.count + 2)
  }

  @Test func `every file has a name that a ConfigMap and a Secret take`() throws {
    for name in try snapshot(Scene()).files.keys {
      #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }, "\(name)")
    }
  }

  @Test func `the largest satis.json still fits into an object of the API server`() throws {
    var text = Scene.satisJSON
    text += String(repeating: " ", count: SatisConfiguration.maximumBytes - text.utf8.count)
    let bytes = try snapshot(Scene(), configuration: text).files.reduce(0) {
      $0 + $1.key.utf8.count + $1.value.utf8.count
    }
    #expect(bytes < 1 << 20)
  }

  @Test func `it is immutable, owned by its repository and marked as the operator's`() throws {
    let snapshot = try snapshot(Scene())
    #expect(!snapshot.isSecret)
    #expect(snapshot.configMap.immutable == true)
    #expect(snapshot.configMap.data == snapshot.files)
    expectMarks(on: snapshot.configMap.metadata, of: snapshot)
    #expect(snapshot.configMap.metadata.ownerReferences?.map(\.uid) == ["uid-acme"])
    #expect(snapshot.configMap.metadata.ownerReferences?.map(\.kind) == ["SatisRepository"])
  }

  private func expectMarks(on metadata: ObjectMetadata, of snapshot: Snapshot) {
    #expect(metadata.key == snapshot.key)
    #expect(metadata.namespace == "shop")
    #expect(
      metadata.labels == [
        "app.kubernetes.io/managed-by": "satis-operator", "app.kubernetes.io/component": "snapshot",
        "satis.dev/repository": "acme",
      ])
  }

  @Test
  func `a satis.json from a Secret is kept in a Secret, which goes with a ConfigMap that has nothing in it`()
    throws
  {
    var scene = Scene()
    scene.repository?.spec.config = secretSource
    let snapshot = try snapshot(scene)
    #expect(snapshot.isSecret)
    #expect(snapshot.configMap.data == [:])
    #expect(snapshot.configMap.metadata.ownerReferences?.map(\.uid) == ["uid-acme"])
    let secret = snapshot.secret(ownedBy: "uid-map")
    #expect(secret.immutable == true)
    #expect(secret.data?.mapValues { String(decoding: $0.bytes, as: UTF8.self) } == snapshot.files)
    expectMarks(on: secret.metadata, of: snapshot)
    #expect(
      secret.metadata.ownerReferences == [
        OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: snapshot.key.name, uid: "uid-map")
      ])
  }

  @Test
  func
    `its name changes with the repository, the text, the runner and the kind of object, and is stable otherwise`()
    throws
  {
    let scene = Scene()
    let repository = try #require(scene.repository)
    var another = repository
    another.metadata.uid = "another"
    var secret = repository
    secret.spec.config = secretSource
    let names = [
      Snapshot.name(repository: repository, configHash: "one"),
      Snapshot.name(repository: repository, configHash: "two"),
      Snapshot.name(repository: another, configHash: "one"),
      Snapshot.name(repository: secret, configHash: "one"),
      Snapshot.name(repository: repository, configHash: "one", runnerHash: "another"),
    ]
    #expect(Set(names).count == names.count)
    #expect(Snapshot.name(repository: repository, configHash: "one") == names[0])
    #expect(
      try snapshot(scene).key.name == Snapshot.name(repository: repository, configHash: scene.configHash))
  }
}
