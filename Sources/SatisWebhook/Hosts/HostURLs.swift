import SatisAPI

extension [SatisBuild.Source] {
  /// A repository by the URLs that a host gives, each once.
  ///
  /// What cannot name a source is left out as long as anything is left.
  ///
  /// - Parameter expected: what should have been sent, for the message.
  /// - Throws: `Refusal.malformed` when there is no URL, or none that can be used.
  init(urls: [String?], expected: String) throws(Refusal) {
    self = []
    var problem = Refusal.malformed("The body has no URL of the repository; send \(expected)")
    for url in urls.compactMap(\.self).map(withoutUser) where !contains(where: { $0.url == url }) {
      do throws(Refusal) {
        append(try SatisBuild.Source(checkedURL: url))
      } catch {
        problem = error
      }
    }
    guard !isEmpty else { throw problem }
  }
}

/// An http URL without the user that some hosts put before the host's name, as in `https://acme@dev.azure.com/…`.
///
/// It tells nothing about the repository, and might be a token.
private func withoutUser(_ url: String) -> String {
  guard url.lowercased().hasPrefix("http"), let scheme = url.firstRange(of: "://"),
    let at = url[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
  else { return url }
  return "\(url[..<scheme.upperBound])\(url[url.index(after: at)...])"
}
