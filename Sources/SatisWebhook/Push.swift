import SatisAPI

/// What a call is about.
enum HostEvent: Sendable, Hashable {
  /// Something to build.
  case push(Push)
  /// A trial of the hook.
  case ping
  /// Nothing to build, and why.
  case other(reason: String)
}

/// What was pushed, in the words of the host.
struct Push: Sendable, Hashable {
  let source: SatisBuild.Source
  /// The host's name for the call, the same when it sends the call again; nil when it gives none.
  let deliveryID: String?
  var ref: String?
  /// Nil when the push removed the ref.
  var commit: String?
  var actor: String?
}
