import Crypto
import KubernetesClient

extension SatisBuild.Spec {
  /// Hash of what must not change, which is all but `state`: 16 hexadecimal digits.
  ///
  /// Servers without CEL let a spec be changed; this shows it.
  public var hash: String {
    var spec = self
    spec.state = nil
    // A spec has nothing that JSON cannot hold, but the encoder's signature says it may throw.
    let text = (try? JSONValue(encoding: spec).serialized()) ?? ""
    return String(SHA256.hash(data: Array(text.utf8)).hexadecimal.prefix(16))
  }
}
