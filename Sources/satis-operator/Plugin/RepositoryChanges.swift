import KubernetesClient
import SatisAPI
import SatisPlugin

/// What is printed of repositories that are watched: a table of all at first, then a line for each change.
struct RepositoryChanges {
  private var table: RepositoryOverview?
  /// Those that are there.
  private var names: Set<String> = []

  /// The lines that tell of an update.
  mutating func lines(for update: WatchUpdate<SatisRepository>, now: Timestamp) -> [String] {
    guard let table else {
      // Whatever else comes first is told again with all that is there.
      guard case .replaced(let repositories, _) = update else { return [] }
      let overview = RepositoryOverview(repositories, now: now)
      self.table = overview
      names = Set(repositories.map(\.metadata.name))
      return ["\(overview)"]
    }
    switch update {
    case .replaced(let repositories, let unreadable):
      let there = Set(repositories.map(\.metadata.name))
      let gone = names.subtracting(there).subtracting(unreadable.map(\.key.name))
      names = names.union(there).subtracting(gone)
      return repositories.map { table.line(of: $0, now: now) } + gone.sorted().map(Self.farewell)
    case .applied(let repository):
      names.insert(repository.metadata.name)
      return [table.line(of: repository, now: now)]
    case .deleted(let repository):
      names.remove(repository.metadata.name)
      return [Self.farewell(repository.metadata.name)]
    case .unreadable(let object):
      guard object.isDeleted, names.remove(object.key.name) != nil else { return [] }
      return [Self.farewell(object.key.name)]
    }
  }

  /// The line that kubectl prints of what it has deleted.
  private static func farewell(_ name: String) -> String {
    "satisrepository.satis.dev/\(name) deleted"
  }
}
