import Foundation

/// The output volume, as the node sees it.
struct Output {
  let folder: URL

  /// The release that is served.
  var release: String? {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: "current").path))
      .map { URL(fileURLWithPath: $0).lastPathComponent }
  }

  /// The versions of a package in the release that is served, without branches.
  func versions(of package: String) throws -> Set<String> {
    let current = folder.appending(path: "current")
    let root = try decode(Root.self, current.appending(path: "packages.json"))
    var versions: Set<String> = []
    for include in root.includes.keys {
      let packages = try decode(Include.self, current.appending(path: include)).packages
      versions.formUnion((packages[package] ?? [:]).keys)
    }
    return versions.filter { !$0.hasPrefix("dev-") }
  }

  /// The files that are served, relative to the release; the web server keeps those to itself that begin with a dot.
  func files() throws -> [String] {
    let current = folder.appending(path: "current").resolvingSymlinksInPath()
    return try FileManager.default.subpathsOfDirectory(atPath: current.path).filter { path in
      guard !path.hasPrefix("."), !path.contains("/.") else { return false }
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(
        atPath: current.appending(path: path).path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }.sorted()
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ file: URL) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  private struct Root: Decodable {
    struct Entry: Decodable {}
    let includes: [String: Entry]
  }

  private struct Include: Decodable {
    struct Version: Decodable {}
    let packages: [String: [String: Version]]
  }
}
