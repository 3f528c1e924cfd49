import KubernetesClient
import SatisAPI

/// What the server did not take or allow, where that is no reason to try the same again but one to decide anew.
enum Refusal {
  /// The claim's Job.
  case job(Situation.JobRefusal)
  /// A build that nobody has asked for.
  case build(Hindrance)
  /// Anything else that no build can do without.
  case hindrance(Hindrance)

  /// Judges a look at the server that failed.
  init?(_ error: KubernetesError, of key: NamespacedName) {
    guard let right = MissingRight(error, in: key.namespace) else { return nil }
    self = .hindrance(.lack(of: right))
  }

  /// Judges a write that failed.
  init?(_ action: Action, _ error: KubernetesError, of key: NamespacedName) {
    if case .createJob = action {
      guard let status = error.status, error.isForbidden || error.isInvalid else { return nil }
      self = .job(
        .init(
          isTemporary: error.isForbidden, message: status.message ?? status.reason ?? "HTTP \(status.code)"))
    } else if case .createBuild = action {
      guard let right = MissingRight(error, in: key.namespace) else { return nil }
      self = .build(.lack(of: right))
    } else if case .ensureSnapshot(let snapshot) = action, error.isAlreadyExists {
      self = .hindrance(.leftover(snapshot.key.name))
    } else if action.isIndispensable {
      self.init(error, of: key)
    } else {
      return nil
    }
  }
}

extension Action {
  /// Whether no build can run, or its repository not go, while the server refuses this.
  fileprivate var isIndispensable: Bool {
    switch self {
    case .setFinalizer, .ensureSnapshot, .createJob, .deleteJob: true
    // Without the right to write how things stand there is no way to say what is missing; the others tidy up and tell.
    case .updateRepository, .updateBuild, .createBuild, .notify, .stopPod, .endPod, .deleteBuild,
      .deleteSnapshot:
      false
    }
  }
}
