/// The URLs of one repository of Azure DevOps, of which its calls give only one.
enum AzureRepository {
  /// The URL as it is given, and, in the cloud, the others: old and new host name, https and ssh.
  ///
  /// Source: Microsoft's documentation, "Clone an existing Git repo" and "Use SSH key authentication". What stands in
  /// the URL stays as it is there, percent escapes included.
  static func names(of remoteURL: String) -> [String] {
    [remoteURL] + (parts(of: remoteURL).map(cloudNames) ?? [])
  }

  private struct Parts {
    var organization: Substring
    var project: Substring
    var repository: Substring
  }

  private static func parts(of url: String) -> Parts? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    var path = url[scheme.upperBound...].split(separator: "/")
    guard !path.isEmpty, let host = path.removeFirst().split(separator: "@").last?.lowercased() else {
      return nil
    }
    let organization: Substring
    if host == "dev.azure.com", !path.isEmpty {
      organization = path.removeFirst()
    } else if host.hasSuffix(".visualstudio.com") {
      organization = host.prefix { $0 != "." }
      if path.first == "DefaultCollection" { path.removeFirst() }
    } else {
      return nil
    }
    guard let git = path.firstIndex(of: "_git"), git <= 1, path.count == git + 2 else { return nil }
    let repository = path[git + 1]
    // A project's first repository has its name, and the URL names it once.
    return Parts(organization: organization, project: git == 0 ? repository : path[0], repository: repository)
  }

  private static func cloudNames(_ parts: Parts) -> [String] {
    let (organization, project, repository) = (parts.organization, parts.project, parts.repository)
    var paths = ["\(project)/_git/\(repository)"]
    if project == repository { paths.append("_git/\(repository)") }
    return paths.flatMap { path in
      [
        "https://dev.azure.com/\(organization)/\(path)",
        "https://\(organization).visualstudio.com/\(path)",
        "https://\(organization).visualstudio.com/DefaultCollection/\(path)",
      ]
    } + [
      "git@ssh.dev.azure.com:v3/\(organization)/\(project)/\(repository)",
      "\(organization)@vs-ssh.visualstudio.com:v3/\(organization)/\(project)/\(repository)",
    ]
  }
}
