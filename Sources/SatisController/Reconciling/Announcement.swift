import ControllerRuntime
import KubernetesClient
import SatisAPI

/// What `kubectl describe` tells of an object: derived from what was written about it, so that the two never differ.
struct Announcement: Sendable, Equatable {
  var object: ObjectReference
  var kind: Event.Kind
  /// As conditions have it.
  var reason: String
  /// What the controller did or tried.
  var action: String
  var note: String

  /// What a build's new status says that the old one did not.
  init?(_ build: SatisBuild, from old: SatisBuild.Status?, to new: SatisBuild.Status) {
    guard let condition = new.conditions?[ConditionType.succeeded],
      let reason = SatisBuild.Reason(rawValue: condition.reason)
    else { return nil }
    let known = old?.conditions?[ConditionType.succeeded]
    let hasNewAttempt = old?.attempts?.last?.completionTime != new.attempts?.last?.completionTime
    guard known?.reason != condition.reason || (reason == .retrying && hasNewAttempt) else { return nil }
    object = ObjectReference(build)
    kind =
      switch reason {
      case .failed, .timedOut, .invalid, .retrying: .warning
      case .queued, .running, .succeeded, .cancelled, .superseded: .normal
      }
    self.reason = condition.reason
    action = "Build"
    note = condition.message
  }

  /// What a repository's new status says that the old one did not.
  init?(_ repository: SatisRepository, from old: SatisRepository.Status?, to new: SatisRepository.Status) {
    object = ObjectReference(repository)
    if let ready = new.conditions?[ConditionType.ready],
      ready.reason != old?.conditions?[ConditionType.ready]?.reason
    {
      kind = ready.status == .yes || ready.reason == "Suspended" ? .normal : .warning
      reason = ready.reason
      action = "Check"
      note = ready.message
    } else if let release = new.release, release != old?.release {
      kind = .normal
      reason = "Published"
      action = "Build"
      note = "release \(release) is served"
    } else {
      return nil
    }
  }

  /// A receiver was told of a build, or was not.
  init(_ report: NotificationReport) {
    object = ObjectReference(
      apiVersion: SatisBuild.resourceType.apiVersion, kind: SatisBuild.resourceType.kind,
      namespace: report.notification.namespace, name: report.notification.build, uid: report.notification.uid)
    kind = report.event.type
    reason = report.event.reason
    action = "Notify"
    note = report.event.note
  }

  /// A receiver's Secret is not there, or may not be read.
  init(_ build: SatisBuild, withoutSecretOf target: NotificationTarget, _ right: MissingRight? = nil) {
    object = ObjectReference(build)
    kind = .warning
    reason = "NotificationDelayed"
    action = "Notify"
    let references = [target.target.urlSecretRef, target.target.signingSecretRef].compactMap(\.self)
    let keys = references.map { "key '\($0.key)' of Secret '\($0.name)'" }.joined(separator: " and ")
    let remedy = right.map { RedactedText($0.description).description } ?? "create \(keys)"
    note = "\(target.name) of the SatisRepository is not told: \(remedy)"
  }

  /// A Job was created.
  init(_ job: JobManifest) {
    object = ObjectReference(job.repository)
    kind = .normal
    reason = "JobCreated"
    action = "CreateJob"
    let builds = job.claim.builds.map(\.name)
    note = "Job \(job.claim.name) works for \(builds.prefix(5).joined(separator: ", "))"
    if builds.count > 5 { note += " and \(builds.count - 5) more" }
  }
}
