import Crypto
import KubernetesClient

extension SatisBuild.Spec {
  /// Hash of the spec: 16 hexadecimal digits.
  ///
  /// Servers without CEL let a spec be changed; this shows it.
  public var hash: String {
    // A spec has nothing that JSON cannot hold, but the encoder's signature says it may throw.
    let text = (try? JSONValue(encoding: self).serialized()) ?? ""
    return String(SHA256.hash(data: Array(text.utf8)).hexadecimal.prefix(16))
  }
}
