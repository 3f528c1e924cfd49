import KubernetesClient
import Synchronization

/// What the satis.json of repositories came to when they were last looked at.
///
/// One of thousands of sources takes long to understand, and at nearly every push it is the same as at the one before.
public final class KnownConfigurations: Sendable {
  typealias Verdict = Result<SatisConfiguration, SatisConfiguration.Refusal>

  private struct Entry {
    let text: String
    let aliases: [SatisRepository.SourceAlias]
    let verdict: Verdict
  }

  private let entries = Mutex<[NamespacedName: Entry]>([:])
  private let limit: Int
  private let read: @Sendable (String, [SatisRepository.SourceAlias]) -> Verdict

  /// Knows nothing yet.
  ///
  /// - Parameter limit: repositories whose configuration is kept.
  public convenience init(limit: Int = 256) {
    self.init(limit: limit) { text, aliases in
      do throws(SatisConfiguration.Refusal) {
        return .success(try SatisConfiguration(text: text, aliases: aliases))
      } catch {
        return .failure(error)
      }
    }
  }

  init(limit: Int, read: @escaping @Sendable (String, [SatisRepository.SourceAlias]) -> Verdict) {
    self.limit = limit
    self.read = read
  }

  /// The configuration that a text is, for one of a repository that is the same as last time without reading it again.
  func configuration(
    of repository: NamespacedName, text: String, aliases: [SatisRepository.SourceAlias]
  ) throws(SatisConfiguration.Refusal) -> SatisConfiguration {
    if let known = entries.withLock({ $0[repository] }), known.text == text, known.aliases == aliases {
      return try known.verdict.get()
    }
    let entry = Entry(text: text, aliases: aliases, verdict: read(text, aliases))
    entries.withLock { entries in
      // Any other one makes room: it is read once more.
      if entries.count >= limit, entries[repository] == nil { entries.remove(at: entries.startIndex) }
      entries[repository] = entry
    }
    return try entry.verdict.get()
  }
}
