/// What Bitbucket Cloud and Bitbucket Data Center have in common: how they sign.
protocol Bitbucket: GitHost {}

extension Bitbucket {
  func proof(in delivery: Delivery) throws(Refusal) -> Proof {
    // The header that holds SHA-1 at GitHub holds SHA-256 here.
    guard let signature = delivery.headers["X-Hub-Signature"] else {
      throw .unauthorized("X-Hub-Signature is missing; enter the secret at Bitbucket")
    }
    return try Proof(signature: signature, of: delivery.body)
  }
}
