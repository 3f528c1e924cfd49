import ControllerRuntime
import KubernetesClient
import SatisAPI

/// Telling the receivers of a repository how its builds ended.
extension RepositoryReconciler {
  /// Takes in what became of a notification.
  func posted(_ report: NotificationReport) {
    let notification = report.notification
    announce(Announcement(report))
    guard report.isFinal else { return }
    desk.close(notification.uid, report.receiver)
    wake([NamespacedName(namespace: notification.namespace, name: notification.repository)])
  }

  func notify(
    _ build: SatisBuild, _ notification: BuildNotification, _ targets: [NotificationTarget],
    _ receivers: inout KnownReceivers
  ) async throws(KubernetesError) {
    let names = targets.map(\.name)
    if desk.isDone(notification.uid, names) {
      var status = build.status ?? SatisBuild.Status()
      status.notifiedTime = now()
      if let written = try await access.update(build, status) { caches.builds.wrote(written) }
      desk.remove(notification.uid)
      return
    }
    let new = desk.open(notification.uid, names)
    for target in targets where new.contains(target.name) {
      do throws(KubernetesError) {
        if let receiver = try await receiver(target, in: notification.namespace, &receivers) {
          post(notification, receiver)
        } else {
          desk.forget(notification.uid, target.name)
          announce(Announcement(build, withoutSecretOf: target))
        }
      } catch {
        desk.forget(notification.uid, target.name)
        // The repository's builds do not depend on who is told of them.
        guard let right = MissingRight(error, in: notification.namespace) else { throw error }
        announce(Announcement(build, withoutSecretOf: target, right))
      }
    }
  }

  private func receiver(
    _ target: NotificationTarget, in namespace: String, _ known: inout KnownReceivers
  ) async throws(KubernetesError) -> NotificationReceiver? {
    if let answer = known.answers[target] { return try answer.get() }
    do throws(KubernetesError) {
      let found = try await receiver(target, in: namespace)
      known.answers[target] = .success(found)
      return found
    } catch {
      known.answers[target] = .failure(error)
      throw error
    }
  }

  private func receiver(
    _ target: NotificationTarget, in namespace: String
  ) async throws(KubernetesError) -> NotificationReceiver? {
    guard let url = try await access.secret(target.target.urlSecretRef, in: namespace) else { return nil }
    var signingSecret: [UInt8]?
    if let reference = target.target.signingSecretRef {
      signingSecret = try await access.secret(reference, in: namespace)
      // Unsigned, it would be refused or, worse, believed.
      guard signingSecret?.isEmpty == false else { return nil }
    }
    return NotificationReceiver(
      name: target.name, kind: target.target.type == .slack ? .slack : .webhook,
      url: String(decoding: url, as: UTF8.self).trimmingSpace(), signingSecret: signingSecret)
  }
}

/// The receivers as their Secrets had them when one decision was carried out.
///
/// However many builds are to be told of, or wait for a Secret that nobody has made yet, each is read once.
struct KnownReceivers: Sendable {
  fileprivate var answers: [NotificationTarget: Result<NotificationReceiver?, KubernetesError>] = [:]
}

extension String {
  /// Without the line end that is easily taken into a Secret.
  fileprivate func trimmingSpace() -> String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
