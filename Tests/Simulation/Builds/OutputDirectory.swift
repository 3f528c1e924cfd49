/// What is served: for each source how much of it.
struct Release {
  struct Content: Equatable {
    var commits: Int
    var deletions: Int
  }

  var name: String
  /// The satis.json it was built from.
  var configHash: String
  /// The sources that it lists.
  var contents: [Int: Content]
}

/// An output directory: its releases, the link `current`, and the lock.
final class OutputDirectory {
  let claimName: String
  let segments: [Substring]
  /// Names of releases, oldest first.
  var kept: [String] = []
  var current: String?
  /// Whether an earlier release was served again; nobody remembers from which satis.json that one was built.
  var wasRolledBack = false
  /// The rollbacks that were begun, with which repeated attempts go on, by their request.
  var rollbacks: [String: (from: String, target: String)] = [:]
  /// Processes that have the lock; more than one only where the storage does not honour it.
  var holders: [RunnerProcess] = []
  /// Processes that wait for the lock.
  var waiting: [RunnerProcess] = []

  init(claimName: String, segments: [Substring]) {
    self.claimName = claimName
    self.segments = segments
  }

  /// Whether one directory is the other or lies in it.
  func overlaps(_ other: OutputDirectory) -> Bool {
    claimName == other.claimName
      && (segments.starts(with: other.segments) || other.segments.starts(with: segments))
  }
}

/// All output directories, which outlive the repositories that write to them.
final class Volumes {
  private var directories: [String: OutputDirectory] = [:]
  /// Every release that was ever published, by name.
  private(set) var releases: [String: Release] = [:]
  /// Processes that live, in the order of their start.
  var processes: [RunnerProcess] = []

  func directory(claimName: String, path: String?) -> OutputDirectory {
    let key = "\(claimName)/\(path ?? "")"
    if let known = directories[key] { return known }
    let directory = OutputDirectory(claimName: claimName, segments: (path ?? "").split(separator: "/"))
    directories[key] = directory
    return directory
  }

  func publish(
    _ contents: [Int: Release.Content], configHash: String, in directory: OutputDirectory, keep: Int
  ) -> Release {
    let release = Release(name: "r\(releases.count + 1)", configHash: configHash, contents: contents)
    releases[release.name] = release
    directory.kept.append(release.name)
    directory.kept.removeFirst(max(0, directory.kept.count - keep))
    directory.current = release.name
    return release
  }
}
