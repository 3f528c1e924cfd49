import KubernetesClient
import SatisAPI

/// The repositories of a namespace that a call may ask builds of, as the API server has them at this moment.
struct NamespaceAdmission: Sendable {
  let delivery: VerifiedDelivery
  /// Those that have the secret of the call.
  let repositories: [SatisRepository]

  /// Tries the secrets of all repositories, each once however many have it.
  ///
  /// - Throws: `Refusal.unauthorized` when none fits.
  init(_ delivery: Delivery, proof: Proof, among admissions: [Admission]) throws(Refusal) {
    var tried: [[UInt8]: Bool] = [:]
    for value in admissions.flatMap(\.values) where tried[value] == nil {
      // Nobody waits any more; a body can be large and secrets can be many.
      guard !Task.isCancelled else { break }
      tried[value] = proof.fits(value)
    }
    self.delivery = try VerifiedDelivery(
      delivery, proof: proof, secrets: SharedSecrets(tried.filter(\.value).map(\.key)))
    repositories = admissions.filter { $0.values.contains { tried[$0] == true } }.compactMap(\.repository)
  }
}
