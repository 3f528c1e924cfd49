import Foundation

/// What a command of the plugin says: results on standard output, all else on standard error, so that a script can
/// tell them apart.
enum Output {
  /// Prints lines of the result.
  static func result(_ text: String) {
    raw(Array("\(text)\n".utf8))
  }

  /// Prints bytes as they are.
  ///
  /// Nothing is kept back, since who follows a log wants each line when it comes.
  static func raw(_ bytes: [UInt8]) {
    // Nobody is left to be told that nobody reads.
    try? FileHandle.standardOutput.write(contentsOf: Data(bytes))
  }

  /// Tells something beside the result.
  static func note(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
  }
}
