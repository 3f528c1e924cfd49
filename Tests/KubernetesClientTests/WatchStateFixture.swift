import Testing

@testable import Curl
@testable import KubernetesClient

extension CurlError {
  /// A connection on which nothing came for too long.
  fileprivate static let silence = CurlError(phase: .timeout, code: 28, url: "", message: "silent")
}

/// What tests of the state have in common.
protocol WatchStateFixture {}

extension WatchStateFixture {
  typealias State = WatchState<ConfigMap>

  /// The delays do not depend on when this is.
  var now: ContinuousClock.Instant { .now }
  var busy: KubernetesError { refused(503) }
  var expired: KubernetesError { refused(410) }

  var silent: KubernetesError { KubernetesError(request: "", cause: .transport(.silence)) }

  func refused(_ code: Int) -> KubernetesError {
    KubernetesError(request: "", cause: .status(.init(code: code)))
  }

  func object(_ name: String, version: String) -> ConfigMap {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.resourceVersion = version
    return ConfigMap(metadata: metadata, data: [:])
  }

  func page(_ names: [String], version: String, next: String? = nil) -> ObjectList<ConfigMap> {
    ObjectList(
      items: names.map { object($0, version: "999") }, unreadable: [], resourceVersion: version,
      continueToken: next)
  }

  var odd: UnreadableObject {
    UnreadableObject(key: .init(namespace: "shop", name: "odd"), problem: "")
  }

  /// A state that lists in pages.
  func listing() -> State { State(streamsLists: false) }

  /// A state that has listed and watches from a version.
  func watching(from version: String) -> State {
    var state = listing()
    _ = state.listed(page([], version: version))
    return state
  }

  func words(_ update: WatchUpdate<ConfigMap>?) -> String? {
    switch update {
    case .replaced(let objects, let unreadable):
      "replaced \(objects.map(\.metadata.name)) \(unreadable.map(\.key.name))"
    case .applied(let object): "applied \(object.metadata.name)"
    case .deleted(let object): "deleted \(object.metadata.name)"
    case .unreadable(let object): "unreadable \(object.key.name)"
    case nil: nil
    }
  }

  /// Whatever delay there is has passed.
  func after(_ state: State) -> State.Step {
    var state = state
    state.waited()
    return state.next
  }

  func delay(_ state: State) -> Duration? {
    guard case .wait(let delay) = state.next else { return nil }
    return delay
  }
}
