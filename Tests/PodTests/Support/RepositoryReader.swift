import Crypto
import Foundation
import KubernetesClient
import TestSupport

/// Reads a Composer repository as clients do: packages.json, then all that it names, then all that that names.
///
/// A file that is missing, that is not whole or that is not the one that was named is an error.
struct RepositoryReader: Sendable {
  /// Fetches a file by its path in the repository.
  let fetch: @Sendable (_ path: String) async throws -> [UInt8]

  /// Reads everything.
  ///
  /// - Parameter pause: runs after packages.json has been read; what that names must be there for slow clients too.
  /// - Returns: the paths that were read.
  @discardableResult
  func readEverything(pause: () async throws -> Void = {}) async throws -> Set<String> {
    var paths: Set = ["packages.json"]
    let root = try await metadata("packages.json")
    try await pause()
    var archives: Set<Archive> = []
    for (path, entry) in root["includes"]?.members ?? [:] {
      paths.insert(path)
      archives.formUnion(try Self.archives(in: try await metadata(path, sha1: entry["sha1"]?.text)))
    }
    for package in (root["available-packages"]?.elements ?? []).compactMap(\.text) {
      for path in ["p2/\(package).json", "p2/\(package)~dev.json"] {
        paths.insert(path)
        archives.formUnion(try Self.archives(in: try await metadata(path)))
      }
    }
    for archive in archives {
      paths.insert(archive.path)
      let sha1 = Self.sha1(try await fetch(archive.path))
      guard sha1 == archive.sha1 else {
        throw TestFailure("\(archive.path) has the checksum \(sha1) and is named with \(archive.sha1)")
      }
    }
    return paths
  }

  private struct Archive: Hashable {
    var path: String
    var sha1: String
  }

  private func metadata(_ path: String, sha1: String? = nil) async throws -> JSONValue {
    let bytes = try await fetch(path)
    if let sha1, Self.sha1(bytes) != sha1 { throw TestFailure("\(path) does not have its checksum \(sha1)") }
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw TestFailure("\(path) is no JSON: \(error)")
    }
  }

  /// The archives of an include, which has versions by name, and of a p2 file, which has a list.
  private static func archives(in metadata: JSONValue) throws -> [Archive] {
    let packages = (metadata["packages"]?.members ?? [:]).values
    return try packages.flatMap { $0.elements ?? Array(($0.members ?? [:]).values) }.map { version in
      guard let url = version["dist"]?["url"]?.text, let sha1 = version["dist"]?["shasum"]?.text,
        let path = URL(string: url)?.path
      else { throw TestFailure("a version has no archive: \(version)") }
      return Archive(path: String(path.dropFirst()), sha1: sha1)
    }
  }

  private static func sha1(_ bytes: [UInt8]) -> String {
    Insecure.SHA1.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }
}

extension WebServer {
  /// A reader over the network.
  var reader: RepositoryReader { RepositoryReader { try await get($0) } }
}

extension Output {
  /// A reader of the volume itself.
  var reader: RepositoryReader {
    RepositoryReader { [folder] path in
      Array(try Data(contentsOf: folder.appending(path: "current/\(path)")))
    }
  }
}
