import Foundation

/// Files that the tests of the runner use as well.
enum Fixtures {
  /// The text of a file below `Tests/Fixtures/contract`.
  static func contract(_ name: String) throws -> String {
    try text("Tests/Fixtures/contract/\(name)")
  }

  /// The text of a file of the project.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: url(path), encoding: .utf8)
  }

  /// The place of a file or directory of the project.
  static func url(_ path: String) -> URL {
    var directory = URL(filePath: #filePath)
    for _ in 0..<3 { directory.deleteLastPathComponent() }
    return directory.appending(path: path)
  }
}
