import KubernetesClient
public import SatisAPI

/// The one word by which a person names what to build: a package, or the URL of a source.
public enum RequestedSource {
  /// Tells one from the other.
  ///
  /// - Parameter prune: whether a branch or tag of it went away.
  /// - Throws: `PluginFailure` for a word that is neither, and for a URL with a password, which the build would show to
  ///   everybody who may read it.
  public static func source(_ word: String, prune: Bool) throws(PluginFailure) -> SatisBuild.Source {
    let prune = prune ? true : nil
    if SourceURL(word) != nil {
      let redacted = RedactedURL(word)
      guard !redacted.hidesPassword else {
        throw PluginFailure(
          .usage, "\(redacted) has a password or token in it; leave it out, a source is found without")
      }
      return .init(url: word, prune: prune)
    }
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !word.hasPrefix("-"),
      !word.contains(where: \.isWhitespace)
    else {
      throw PluginFailure(
        .usage,
        "'\(word)' is neither a package, such as acme/lib, nor a URL, such as https://git.example.org/acme/lib.git"
      )
    }
    // Composer's names are in lower case, and its users write them in any.
    return .init(package: word.lowercased(), prune: prune)
  }

  /// Finds out that a build of a source would be `Invalid`, before it is asked for.
  ///
  /// - Throws: `PluginFailure` with what to change.
  public static func check(
    _ source: SatisBuild.Source, in configuration: SatisConfiguration, of repository: String
  ) throws(PluginFailure) {
    do throws(SatisConfiguration.Refusal) {
      _ = try configuration.match(source)
    } catch {
      throw PluginFailure(.failed, "nothing is built in '\(repository)': \(error)")
    }
  }
}
