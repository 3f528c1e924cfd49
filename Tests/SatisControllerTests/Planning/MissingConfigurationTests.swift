import KubernetesClient
import SatisAPI
import Testing

@testable import SatisController

@Suite struct ConfigurationsThatGoMissing {
  private static let missing: Result<SatisConfiguration, ConfigurationProblem> = .failure(
    .init(isMissing: true, message: "ConfigMap 'c' does not exist; create it"))

  /// A repository that was ready and for whose only build there has been no room for an hour, when its ConfigMap goes.
  private func gone() -> Scene {
    var scene = Scene.built
    scene.step()
    scene.slot = .full(limit: 1)
    scene.addBuild("b1", source: .lib)
    scene.step()
    scene.now = scene.now + 3_600
    scene.configuration = Self.missing
    return scene
  }

  /// Whether the build waits for half a minute from now on, and no longer.
  private func waitsHalfAMinute(_ scene: inout Scene) -> Bool {
    let decision = scene.decide()
    scene.apply(decision.actions)
    guard decision.again == .seconds(30), scene.condition("b1")?.reason == "Queued",
      scene.condition("b1")?.message.contains("unless that is there before \(scene.now + 30)") == true
    else { return false }
    scene.now = scene.now + 29
    let later = scene.decide()
    guard later.actions.isEmpty, later.again == .seconds(1) else { return false }
    scene.now = scene.now + 1
    scene.step()
    return scene.condition("b1")?.reason == "Invalid"
  }

  @Test func `a build that has waited for long has the same patience as a new one`() {
    var scene = gone()
    let hasWaited = waitsHalfAMinute(&scene)
    #expect(hasWaited)
  }

  @Test func `a ConfigMap that is deleted and created anew ends no build`() {
    var scene = gone()
    let configuration = Scene().configuration
    scene.step()
    scene.now = scene.now + 20
    scene.configuration = configuration
    scene.slot = .granted
    scene.step()
    #expect(scene.condition("b1")?.reason == "Running")
  }

  @Test func `a later absence is counted anew`() {
    var scene = gone()
    let configuration = Scene().configuration
    scene.step()
    scene.configuration = configuration
    scene.step()
    #expect(scene.ready?.reason == "Ready")
    scene.now = scene.now + 3_600
    scene.configuration = Self.missing
    let hasWaited = waitsHalfAMinute(&scene)
    #expect(hasWaited)
  }

  @Test func `the patience begins with the absence, also where something else was wrong before`() {
    var scene = gone()
    scene.configuration = Scene().configuration
    scene.repository?.metadata.generation = 2
    scene.claims = [:]
    scene.step()
    #expect(scene.ready?.reason == "ClaimNotFound")
    scene.now = scene.now + 3_600
    scene.claims["output"] = Scene.volumeClaim("ReadWriteMany")
    scene.configuration = Self.missing
    let hasWaited = waitsHalfAMinute(&scene)
    #expect(hasWaited)
  }

  @Test func `while a repository is suspended no build ends for it`() {
    var scene = gone()
    scene.repository?.spec.state = .suspended
    scene.repository?.metadata.generation = 2
    scene.step()
    scene.now = scene.now + 3_600
    scene.step()
    #expect(scene.condition("b1")?.reason == "Queued")
    #expect(scene.condition("b1")?.message == "ConfigMap 'c' does not exist; create it")
    #expect(scene.ready?.reason == "ConfigurationMissing")
    scene.repository?.spec.state = .active
    scene.repository?.metadata.generation = 3
    let hasWaited = waitsHalfAMinute(&scene)
    #expect(hasWaited)
  }
}
