/// How a command of the plugin ends, for scripts.
public enum PluginExit: Int32, Sendable, CaseIterable {
  /// Done; where a build was waited for, it succeeded.
  case success = 0
  /// A build did not succeed or cannot, or what was looked at has faults.
  case failed = 1
  /// The command line says something that cannot be.
  case usage = 2
  /// No answer: the cluster is not reached or refuses, or has no such object.
  case noAnswer = 3
  /// A limit of time passed before the end.
  case timedOut = 4
}

/// Why a command of the plugin did not do what it was asked.
public struct PluginFailure: Error, Hashable, CustomStringConvertible {
  /// How the command ends.
  public let exit: PluginExit
  /// A sentence that says what is wrong and what to do about it.
  public let description: String

  /// Says why.
  public init(_ exit: PluginExit, _ description: String) {
    self.exit = exit
    self.description = description
  }
}
