import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct RightsThatAreMissing {
  private static let refusal =
    #"persistentvolumeclaims "output" is forbidden: User "system:serviceaccount:ops:satis-controller" cannot get "#
    + #"resource "persistentvolumeclaims" in API group "" in the namespace "shop""#

  private func right(_ message: String = refusal) throws -> MissingRight {
    try #require(
      MissingRight(
        KubernetesError(
          request: "get claim", cause: .status(.init(code: 403, reason: "Forbidden", message: message))),
        in: "shop"))
  }

  @Test func `builds wait, and say in which namespace which RoleBindings are missing`() throws {
    var scene = Scene()
    scene.addBuild("b1")
    scene.live.hindrance = .lack(of: try right())
    let decision = scene.decide()
    #expect(decision.looks.isEmpty)
    scene.apply(decision.actions)
    #expect(scene.holdsBack("b1"))
    #expect(scene.ready?.reason == "Forbidden")
    #expect(
      scene.ready?.message
        == "the API server refuses what the operator does in namespace 'shop': get claim: \(Self.refusal) (HTTP 403); a namespace that is "
        + "served needs the RoleBindings of deploy/overlays/served-namespace, or, where the operator serves this one "
        + "alone, the Roles of deploy/base")
    #expect(decision.again == .seconds(RepositoryPlanner.patience))
    #expect(scene.decide().actions.isEmpty)

    scene.live.hindrance = nil
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.ready?.reason == "Ready")
  }

  @Test func `what runs goes on as it is`() throws {
    var scene = Scene()
    scene.addBuild("b1")
    scene.step()
    scene.live.hindrance = .lack(of: try right())
    #expect(scene.step().words == ["claim acme-be8246b3-1"])
    #expect(scene.condition("b1")?.reason == "Running")
    #expect(scene.ready?.reason == "Forbidden")
  }

  @Test func `builds of a repository that cannot be looked for say so`() throws {
    var scene = Scene()
    scene.repository = nil
    scene.addBuild("b1")
    scene.live.hindrance = .lack(of: try right())
    let decision = scene.decide()
    #expect(decision.looks.isEmpty)
    scene.apply(decision.actions)
    #expect(scene.condition("b1")?.reason == "Queued")
    #expect(scene.condition("b1")?.message.contains("cannot get") == true)
  }

  @Test func `a Secret that is about to go is waited for, with a message that says so`() throws {
    let repository = try #require(Scene().repository)
    let snapshot = Snapshot(
      repository: repository, configuration: try SatisConfiguration(text: Scene.satisJSON))
    let conflict = KubernetesError(
      request: "create Secret",
      cause: .status(.init(code: 409, reason: "AlreadyExists", message: "it exists")))
    guard case .hindrance(let hindrance) = Refusal(.ensureSnapshot(snapshot), conflict, of: repository.key)
    else {
      Issue.record("it is no refusal")
      return
    }
    var scene = Scene()
    scene.addBuild("b1")
    scene.live.hindrance = hindrance
    let decision = scene.decide()
    scene.apply(decision.actions)
    #expect(scene.holdsBack("b1"))
    #expect(scene.condition("b1")?.message.contains("kubectl delete secret \(snapshot.key.name)") == true)
    #expect(decision.again == .seconds(RepositoryPlanner.patience))
  }

  @Test func `a quota is no matter of RoleBindings`() throws {
    let quota = try right(#"configmaps "acme" is forbidden: exceeded quota: small"#)
    #expect(!quota.description.contains("RoleBinding"))
    #expect(quota.description.hasSuffix("exceeded quota: small (HTTP 403)"))
  }
}
