import SatisAPI

/// What is wrong with the URL of a source, beyond what the controller refuses.
struct SourceURLCheck {
  /// A mistake and its remedy.
  struct Problem: Hashable {
    var message: String
    var remedy: String
  }

  private(set) var problems: [Problem] = []
  private let url: String
  private let lower: String

  /// - Parameters:
  ///   - type: the kind of the entry.
  ///   - isSecure: whether composer refuses what is not encrypted.
  ///   - takesAll: whether every package of the source is taken.
  init(_ url: String, type: String, isSecure: Bool, takesAll: Bool) {
    self.url = url
    lower = url.lowercased()
    // The controller's own words are enough.
    guard !RedactedURL(url).hidesPassword else { return }
    if isSecure { checkScheme() }
    checkToken()
    checkPort()
    checkPage(type)
    checkType(type, takesAll)
  }

  private mutating func complain(_ message: String, _ remedy: String) {
    problems.append(Problem(message: message, remedy: remedy))
  }

  private mutating func checkScheme() {
    guard let scheme = ["http", "git", "svn"].first(where: { lower.hasPrefix("\($0)://") }) else { return }
    complain(
      "composer does not fetch over \(scheme)://, which anybody can change",
      "write https:// or ssh, or set \"secure-http\": false in \"config\"")
  }

  private mutating func checkToken() {
    if RedactedText(url).description != url {
      complain(
        "the URL has a token in it, which Satis would publish",
        "put it into auth.json and name that in spec.credentials.composerAuth")
    }
  }

  /// `ssh://host:path` and `git@host:22/path`, which mix the two ways to write a URL for ssh.
  private mutating func checkPort() {
    if let scheme = lower.firstRange(of: "://") {
      let authority = url[scheme.upperBound...].prefix { $0 != "/" }
      guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else { return }
      let port = authority[authority.index(after: colon)...]
      guard !port.isEmpty, !port.allSatisfy(\.isNumber) else { return }
      complain(
        "'\(port)' is no port",
        "write a slash instead of the colon, or leave \(url[..<scheme.upperBound]) out")
    } else if let colon = url.firstIndex(of: ":") {
      let first = url[url.index(after: colon)...].prefix { $0 != "/" }
      guard !first.isEmpty, first.allSatisfy(\.isNumber) else { return }
      let rest = url[url.index(after: colon)...]
      complain(
        "git takes '\(first)' for a directory, not for a port", "write ssh://\(url[..<colon]):\(rest)")
    }
  }

  private mutating func checkPage(_ type: String) {
    if ["/tree/", "/-/tree/", "/src/branch/", "/blob/"].contains(where: lower.contains) {
      complain(
        "this is the page of a branch, not the repository",
        "write the URL with which git clones it; versions are chosen in \"require\"")
    }
    let hosts = ["github.com", "gitlab.com", "bitbucket.org"]
    if type != "composer", let source = SourceURL(url), hosts.contains(source.host),
      !source.path.contains("/")
    {
      complain(
        "this is an account at \(source.host), not a repository",
        "write a source for each of its repositories")
    }
  }

  private mutating func checkType(_ type: String, _ takesAll: Bool) {
    let isPackagist =
      SourceURL(url + "/x").map { ["packagist.org", "repo.packagist.org"].contains($0.host) } ?? false
    if type == "composer", lower.hasSuffix(".git") {
      complain("type composer is for Composer repositories, and this is git", "write \"type\": \"vcs\"")
    } else if type != "composer", isPackagist {
      complain("this is a Composer repository, and no git", "write \"type\": \"composer\"")
    } else if isPackagist, takesAll {
      complain(
        "without a choice of packages Satis would fetch all of Packagist",
        "name the packages in \"require\" and leave \"require-all\" out")
    }
  }
}
