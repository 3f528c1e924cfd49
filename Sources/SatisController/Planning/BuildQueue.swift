import KubernetesClient
import SatisAPI

/// The builds of a repository that wait for a Job, in the order in which they get one.
///
/// A value: which builds stand for which others, and who goes next, follows from the builds alone.
struct BuildQueue: Sendable {
  /// What a build asks for, matched against satis.json.
  enum Ask: Sendable, Hashable {
    /// These sources.
    case sources([SatisRepository.ActiveJob.Source])
    /// Everything.
    case full
    /// Archives that nothing names are to go.
    case purge
    /// An earlier release is to be served.
    case rollback(release: String?)
  }

  /// A build in the queue.
  struct Entry: Sendable {
    var build: SatisBuild
    var ask: Ask
    /// Whether the build asks to notice what went away, or a build that ended for it did.
    var prune = false
    /// Where only a full build does what is asked.
    var needsFull = false
    /// The earliest creation of the builds that this one stands for.
    var place: Timestamp
    /// Waiting builds that end as superseded when this one is claimed.
    var covers: [SatisBuild] = []

    /// When a build that failed may be tried again.
    var retryTime: Timestamp? { build.status?.nextAttemptTime }

    var name: String { build.metadata.name }
  }

  /// A build that another one makes needless.
  struct Superseded: Sendable {
    var build: SatisBuild
    var by: SatisBuild
  }

  /// Who goes next, by place and then by name.
  private(set) var entries: [Entry] = []
  /// Who need not wait for the claim to end as superseded: all that they ask, their successor asks itself.
  private(set) var superseded: [Superseded] = []

  /// Arranges builds that have no claim, given in any order.
  init(_ waiting: [Entry]) {
    let byAge = waiting.sorted(on: { BuildAge($0.build) })
    // A rollback undoes what was built before it, so nobody after it may take a place before it.
    for segment in byAge.split(whereSeparator: { if case .rollback = $0.ask { true } else { false } }) {
      arrange(Array(segment))
    }
    // The heir of an heir is the one that runs; who takes over from it comes later in the list.
    var heirs: [String: SatisBuild] = [:]
    for index in superseded.indices.reversed() {
      let heir = heirs[superseded[index].by.metadata.name] ?? superseded[index].by
      superseded[index].by = heir
      heirs[superseded[index].build.metadata.name] = heir
    }
    entries += byAge.filter { if case .rollback = $0.ask { true } else { false } }
    entries.sort {
      ($0.place, $0.build.metadata.creationTimestamp ?? $0.place, $0.name)
        < ($1.place, $1.build.metadata.creationTimestamp ?? $1.place, $1.name)
    }
  }

  /// One stretch of the queue, oldest first.
  private mutating func arrange(_ segment: [Entry]) {
    var kept: [Ask.Subject: Entry] = [:]
    for entry in segment {
      var entry = entry
      for older in entry.predecessors(in: kept) {
        kept[older.ask.subject] = nil
        entry.place = min(entry.place, older.place)
        let isEqual = entry.prune || !older.prune || entry.ask == .full
        let heir = isEqual ? entry.build : older.build
        if isEqual {
          superseded.append(Superseded(build: older.build, by: entry.build))
        } else {
          // More than the newer build asks itself: the claim has to say so before the older one may end.
          entry.covers = [older.build]
        }
        if isEqual, !entry.prune, entry.ask != .full {
          entry.covers += older.covers
        } else {
          superseded += older.covers.map { Superseded(build: $0, by: heir) }
        }
        entry.adopt(older)
      }
      kept[entry.ask.subject] = entry
    }
    entries += kept.values
  }

  /// The entries that one Job takes: those of single sources up to the first that must be alone.
  ///
  /// Builds that wait for a retry are passed over, and purges where none may run yet. Not so a rollback: what was built
  /// meanwhile it would undo.
  func batch(at now: Timestamp, limit: Int, mayPurge: Bool) -> [Entry] {
    var batch: [Entry] = []
    for entry in entries where mayPurge || entry.ask != .purge {
      guard entry.isDue(at: now) else {
        if case .rollback = entry.ask { return batch }
        continue
      }
      guard case .sources = entry.ask else { return batch.isEmpty ? [entry] : batch }
      batch.append(entry)
      if batch.count >= limit { break }
    }
    return batch
  }
}

extension BuildQueue {
  /// The rollback whose next attempt all others wait for.
  func rollback(waitingAt now: Timestamp) -> Entry? {
    entries.first { if case .rollback = $0.ask { !$0.isDue(at: now) } else { false } }
  }
}

extension BuildQueue.Entry {
  /// Whether it waits for no later attempt.
  func isDue(at now: Timestamp) -> Bool {
    guard let retryTime else { return true }
    return retryTime <= now || retryTime > now + Self.longestBackoff + RepositoryPlanner.clockTolerance
  }

  /// Seconds; the schema has the same for `spec.build.maxBackoffSeconds`.
  private static var longestBackoff: Int64 { 86_400 }

  /// The older builds of which this one does all that they asked for.
  fileprivate func predecessors(in kept: [BuildQueue.Ask.Subject: Self]) -> [Self] {
    guard ask == .full else { return [kept[ask.subject]].compactMap(\.self) }
    return kept.values.filter { $0.ask != .purge }.sorted(on: { BuildAge($0.build) })
  }

  fileprivate mutating func adopt(_ older: Self) {
    needsFull = needsFull || older.needsFull
    guard case .sources(var sources) = ask, case .sources(let others) = older.ask else { return }
    for index in sources.indices {
      sources[index].package = sources[index].package ?? others[index].package
    }
    ask = .sources(sources)
    addCommits(of: older)
  }

  fileprivate mutating func addCommits(of older: Self) {
    guard case .sources(var sources) = ask, case .sources(let others) = older.ask else { return }
    for (index, other) in zip(sources.indices, others) {
      let commits = (other.commits ?? []) + (sources[index].commits ?? [])
      // The last ones matter; a claim must stay small.
      sources[index].commits = commits.isEmpty ? nil : Array(commits.suffix(5))
    }
    ask = .sources(sources)
  }
}

extension BuildQueue.Ask {
  /// What is brought up to date; of several builds with the same subject the newest stands for the others.
  enum Subject: Hashable, Sendable {
    case sources([String])
    case full
    case purge
    case rollback
  }

  var subject: Subject {
    switch self {
    case .sources(let sources): .sources(sources.map(\.url))
    case .full: .full
    case .purge: .purge
    case .rollback: .rollback
    }
  }
}

/// What builds that have ended as superseded left to those that stand for them.
///
/// It is read from the builds themselves, so that a failed attempt does not forget it.
struct Succession: Sendable {
  private var predecessors: [String: [SatisBuild]] = [:]

  init(_ builds: [SatisBuild]) {
    for build in builds {
      guard let heir = build.status?.supersededBy else { continue }
      predecessors[heir, default: []].append(build)
    }
  }

  /// The builds that ended for this one, and those that had ended for them.
  func ancestors(of build: SatisBuild) -> [SatisBuild] {
    var found: [SatisBuild] = []
    var pending = [build.metadata.name]
    var seen: Set<String> = [build.metadata.name]
    while let name = pending.popLast() {
      for ancestor in predecessors[name] ?? [] where seen.insert(ancestor.metadata.name).inserted {
        found.append(ancestor)
        pending.append(ancestor.metadata.name)
      }
    }
    return found
  }
}
