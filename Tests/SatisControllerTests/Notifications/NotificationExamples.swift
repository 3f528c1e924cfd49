import KubernetesClient

@testable import SatisController

extension BuildNotification {
  /// A notification of a failed build.
  static func example(
    uid: String = "u-1", result: Result = .failed, message: String = "git said no", source: String? = nil
  ) -> Self {
    Self(
      namespace: "shop", repository: "acme", build: "acme-7", uid: uid, result: result, reason: "SatisFailed",
      message: message, source: source, commit: "abc123", attempts: 2, release: "r-1",
      startTime: Timestamp(seconds: 1_700_000_000), completionTime: Timestamp(seconds: 1_700_000_060))
  }
}

extension NotificationReceiver {
  /// A receiver of the operator's own JSON.
  static func example(_ url: String, name: String = "notifications[0]", secret: String? = nil) -> Self {
    Self(name: name, kind: .webhook, url: url, signingSecret: secret.map { Array($0.utf8) })
  }
}
