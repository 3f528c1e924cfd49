import KubernetesClient
import SatisAPI

/// The repositories of a namespace that a call may ask builds of, as the API server has them at this moment.
struct NamespaceAdmission: Sendable {
  let delivery: VerifiedDelivery
  /// Those that have the secret of the call.
  let repositories: [SatisRepository]
  /// Those that this program does not understand, which may have it as well.
  let unreadable: [UnreadableObject]

  /// Tries the secrets of all repositories, each once however many have it.
  ///
  /// - Throws: `Refusal.unauthorized` when none fits, `Refusal.unavailable` when nobody waits for the answer any more: a
  ///   body can be large, and secrets can be many.
  init(
    _ delivery: Delivery, proof: Proof, among admissions: [Admission], unreadable: [UnreadableObject]
  ) throws(Refusal) {
    var tried: [[UInt8]: Bool] = [:]
    for value in admissions.flatMap(\.values) where tried[value] == nil {
      guard !Task.isCancelled else { throw .unavailable("the secrets could not be tried in time") }
      tried[value] = proof.fits(value)
    }
    guard tried.values.contains(true) else {
      let repositories = admissions.compactMap(\.repository)
      let problems = (admissions.flatMap(\.problems) + unreadable.map(\.asProblem)).prefix(8)
      throw .unauthorized(
        (["the signature or token fits no secret of the namespace's \(repositories.count) repositories"]
          + problems)
          .joined(separator: "; "))
    }
    self.delivery = try VerifiedDelivery(
      delivery, proof: proof, secrets: SharedSecrets(tried.filter(\.value).map(\.key)))
    repositories = admissions.filter { $0.values.contains { tried[$0] == true } }.compactMap(\.repository)
    self.unreadable = unreadable
  }
}

extension UnreadableObject {
  /// What is wrong in the cluster, for the log.
  var asProblem: String {
    "this version cannot read SatisRepository \(self); it misses pushes until it can be read, so build everything then"
  }
}
