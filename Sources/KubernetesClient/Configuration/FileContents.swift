import FoundationEssentials

/// Small files of a configuration, with errors that name them.
enum FileContents {
  static func bytes(at path: String, subject: String) throws(ConfigurationError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw ConfigurationError(
        subject: subject, problem: "needs the file \(path), which cannot be read: \(reason(error))")
    }
  }

  /// Text without surrounding white space: tokens and namespaces often end in a line feed.
  static func text(at path: String, subject: String) throws(ConfigurationError) -> String {
    trimmed(try bytes(at: path, subject: subject))
  }

  static func trimmed(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Whether there is a program; a directory can be executable as well.
  static func isExecutable(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory
      && FileManager.default.isExecutableFile(atPath: path)
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: "it does not exist"
    case .fileReadNoPermission: "permission denied"
    default: "\(error)"
    }
  }
}
