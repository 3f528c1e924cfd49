import KubernetesClient
public import SatisAPI

/// What somebody who waits for a build is told, and when the wait is over.
public struct BuildWait: Sendable {
  /// The build that is waited for; another one once that stands for the first.
  public private(set) var name: String
  /// What follows from the last look at it.
  public private(set) var step = Step.goOn
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
    case follow
    /// The build has ended.
    case ended(SatisBuild)
  }

  /// Looks at the build; nil when it is not there.
  ///
  /// - Returns: a line for whoever waits; nil where there is no news.
  /// - Throws: `PluginFailure` when the build has been deleted, so that nobody learns its end.
  public mutating func look(at build: SatisBuild?) throws(PluginFailure) -> String? {
    guard let build else {
      throw PluginFailure(.failed, "SatisBuild '\(name)' was deleted before it had ended")
    }
    if build.status?.isFinished != true {
      step = .goOn
    } else if let other = build.status?.supersededBy {
      name = other
      step = .follow
    } else {
      step = .ended(build)
    }
    return news(Self.line(of: build))
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
