import Logging

@testable import KubernetesClient

/// What tests of a watcher with a scripted server have in common.
protocol WatcherFixture {}

extension WatcherFixture {
  static var path: String { "GET /api/v1/namespaces/shop/configmaps" }
  /// Of whatever age.
  static var firstList: String { "\(path) resourceVersion=0 resourceVersionMatch=NotOlderThan" }

  /// Runs a watcher until as many updates have come, and returns them in short words.
  ///
  /// - Parameter streams: whether the client still believes in streaming lists.
  func updates(
    _ count: Int, from server: ScriptedServer, labelSelector: String? = nil, fieldSelector: String? = nil,
    health: WatchHealth? = nil, streams: Bool = false, limits: ClientLimits = ClientLimits(),
    logger: Logger? = nil,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) async throws -> [String] {
    let client = try KubernetesClient(
      configuration: ClusterConfiguration(server: server.url, origin: "the test"), fieldManager: "tests",
      userAgent: "tests", limits: limits, logger: quiet, sleep: sleep)
    if !streams { _ = client.streamingLists.refuse() }
    let watcher = Watcher<ConfigMap>(
      client: client, namespace: "shop", labelSelector: labelSelector, fieldSelector: fieldSelector,
      health: health, logger: logger ?? quiet)
    let (words, continuation) = AsyncStream<String>.makeStream()
    let run = Task { await watcher.run { continuation.yield(word($0)) } }
    var found: [String] = []
    for await word in words {
      found.append(word)
      if found.count == count { break }
    }
    run.cancel()
    // It ends by itself when it is cancelled, whatever the server does.
    await run.value
    await client.shutdown()
    return found
  }

  var quiet: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  func object(_ name: String, version: String, data: String = "{}") -> String {
    #"{"metadata":{"name":"\#(name)","namespace":"shop","resourceVersion":"\#(version)"},"data":\#(data)}"#
  }

  func event(_ type: String, _ name: String, version: String, data: String = "{}") -> String {
    #"{"type":"\#(type)","object":\#(object(name, version: version, data: data))}"#
  }

  func bookmark(_ version: String) -> String {
    #"{"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"\#(version)"}}}"#
  }

  func list(_ names: String..., version: String, next: String = "") -> ScriptedServer.Answer {
    let items = names.map { object($0, version: "1") }.joined(separator: ",")
    return .json(#"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(items)]}"#)
  }

  var closing: String {
    #"{"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"9","#
      + #""annotations":{"k8s.io/initial-events-end":"true"}}}}"#
  }

  var expired: String { #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"# }
}

/// An update in short words.
private func word(_ update: WatchUpdate<ConfigMap>) -> String {
  switch update {
  case .replaced(let objects, let unreadable):
    "replaced \((objects.map(\.metadata.name) + unreadable.map { "\($0.key.name)?" }).joined(separator: " "))"
  case .applied(let object): "applied \(object.metadata.name)"
  case .deleted(let object): "deleted \(object.metadata.name)"
  case .unreadable(let object): "unreadable \(object.key.name)"
  }
}
