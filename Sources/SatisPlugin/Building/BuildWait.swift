import KubernetesClient
public import SatisAPI

/// What somebody who waits for a build is told, and when the wait is over.
public struct BuildWait: Sendable {
  /// The build that is waited for; another one once that stands for the first.
  public private(set) var name: String
  private var told = ""

  /// Begins to wait.
  public init(for name: String) {
    self.name = name
  }

  /// What follows from a look at the build.
  public enum Step: Sendable {
    /// The wait goes on.
    case goOn
    /// Another build does what this one asked for, and is waited for from now on.
    case follow(String)
    /// The build has ended.
    case ended(SatisBuild)
  }

  /// Looks at the build; nil when it is not there.
  ///
  /// - Returns: what follows, and the line that is news, if there is one.
  /// - Throws: `PluginFailure` when the build has been deleted, so that nobody learns its end.
  public mutating func look(at build: SatisBuild?) throws(PluginFailure) -> (step: Step, line: String?) {
    guard let build else {
      throw PluginFailure(.failed, "SatisBuild '\(name)' was deleted before it had ended")
    }
    let line = news(Self.line(of: build))
    guard build.status?.isFinished == true else { return (.goOn, line) }
    guard let other = build.status?.supersededBy else { return (.ended(build), line) }
    name = other
    return (.follow(other), line)
  }

  private mutating func news(_ line: String) -> String? {
    guard line != told else { return nil }
    told = line
    return line
  }

  private static func line(of build: SatisBuild) -> String {
    let name = build.metadata.name
    guard let condition = build.status?.conditions?[ConditionType.succeeded] else {
      return "\(name): no controller has seen it yet"
    }
    return "\(name): \(condition.reason): \(condition.message)"
  }
}

extension SatisBuild {
  /// How a command ends that has waited for this build.
  public var exit: PluginExit { reason == .succeeded ? .success : .failed }
}
