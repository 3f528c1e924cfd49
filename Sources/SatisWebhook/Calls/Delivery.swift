import KubernetesClient

/// A call as it came in.
///
/// Nothing in it is to be believed before it has become a `VerifiedDelivery`: until then only that is looked at which
/// the proof is made of.
struct Delivery: Sendable {
  let headers: Headers
  /// The bytes as they came: not decoded, not parsed.
  let body: [UInt8]
  /// When it came in.
  let time: Timestamp
}

/// The headers of a call, by names in any letter case.
struct Headers: Sendable {
  private var values: [String: String] = [:]

  /// A header that comes twice is joined, as HTTP has it; two signatures are thereby none.
  init(_ fields: some Sequence<(name: String, value: String)>) {
    for (name, value) in fields {
      let name = name.lowercased()
      values[name] = values[name].map { "\($0), \(value)" } ?? value
    }
  }

  /// The names of all headers that say something, in lower case and in order.
  var names: [String] { values.filter { !$0.value.isEmpty }.keys.sorted() }

  /// The value of a header; nil also when it is empty, which says as much.
  subscript(name: String) -> String? {
    values[name.lowercased()].flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// A call whose sender holds a secret of the repository.
///
/// There is no other way to make one than to check that.
struct VerifiedDelivery: Sendable {
  let headers: Headers
  let body: [UInt8]

  /// - Throws: `Refusal.unauthorized` when the proof fits none of the secrets.
  init(_ delivery: Delivery, proof: Proof, secrets: SharedSecrets) throws(Refusal) {
    guard secrets.fit(proof) else {
      throw .unauthorized("the signature or token fits no secret of the repository")
    }
    headers = delivery.headers
    body = delivery.body
  }
}
