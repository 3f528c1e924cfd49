import ControllerRuntime
import KubernetesClient

/// What there is to show: the two collections as their watches last showed them.
struct Board: Sendable {
  /// What the watch of a collection says of itself.
  struct WatchSigns: Sendable {
    /// How long the server has not been heard of.
    let absence: Duration
    /// Whether the last try to reach it has failed.
    let isInterrupted: Bool
  }

  let repositories: Cache<ShownRepository>
  let builds: Cache<ShownBuild>
  /// One for each collection.
  let signs: @Sendable () -> [WatchSigns]
  let now: @Sendable () -> Timestamp

  /// API servers send a bookmark each minute; after this a connection is taken for dead though nobody has said so.
  private static let longestSilence: Duration = .seconds(180)

  /// Empty caches whose index keys are the objects' own.
  static func caches() -> (repositories: Cache<ShownRepository>, builds: Cache<ShownBuild>) {
    (Cache { [$0.key] }, Cache { [$0.key] })
  }

  /// How far what is shown can be trusted at this moment.
  var contact: StatusMessage.Contact {
    let now = now()
    guard repositories.isSynced, builds.isSynced else {
      return .init(now: now, asOf: nil, isLive: false)
    }
    let signs = signs()
    let absence = signs.map(\.absence).max() ?? .zero
    let isLive = absence < Self.longestSilence && !signs.contains(where: \.isInterrupted)
    return .init(now: now, asOf: isLive ? now : now + -absence.components.seconds, isLive: isLive)
  }

  /// Everything, newest builds first.
  func wholeMessage() -> StatusMessage {
    StatusMessage(
      isWhole: true, contact: contact,
      repositories: repositories.objects.map(RepositoryRow.init).sorted { $0.key < $1.key },
      builds: builds.objects.map(BuildRow.init).sorted(by: BuildRow.isNewer))
  }

  /// What has become of these objects.
  func message(about backlog: Backlog) -> StatusMessage {
    var message = StatusMessage(isWhole: false, contact: contact)
    for key in backlog.repositories.sorted() {
      if let repository = repositories[key] {
        message.repositories.append(RepositoryRow(repository))
      } else {
        message.goneRepositories.append(key.description)
      }
    }
    for key in backlog.builds.sorted() {
      if let build = builds[key] {
        message.builds.append(BuildRow(build))
      } else {
        message.goneBuilds.append(key.description)
      }
    }
    return message
  }
}

/// Objects that a viewer has not been told about since they changed.
///
/// However often they change meanwhile, and however slowly the viewer reads, it holds no more keys than there are objects.
struct Backlog: Sendable {
  var repositories: Set<NamespacedName> = []
  var builds: Set<NamespacedName> = []

  var isEmpty: Bool { repositories.isEmpty && builds.isEmpty }
}

extension RepositoryRow {
  var key: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}

extension BuildRow {
  var key: NamespacedName { NamespacedName(namespace: namespace, name: name) }

  static func isNewer(_ left: Self, _ right: Self) -> Bool {
    guard left.created == right.created else {
      return (left.created?.seconds ?? .max) > (right.created?.seconds ?? .max)
    }
    return left.key < right.key
  }
}
