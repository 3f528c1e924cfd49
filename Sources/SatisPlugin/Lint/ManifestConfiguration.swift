import Foundation
import KubernetesClient
import SatisAPI

/// The satis.json that are kept in ConfigMaps and Secrets.
extension ManifestObject {
  /// A text in an object.
  struct HeldText {
    var path: JSONPath
    var text: String
    /// Whether the file has it as base64.
    var isEncoded: Bool
  }

  /// The text of a key; nil where there is none, or none that is text.
  func text(ofKey key: String) -> HeldText? {
    let data = JSONPath() / "data" / key
    let plain = kind == "Secret" ? JSONPath() / "stringData" / key : data
    if let text = text(at: plain) { return HeldText(path: plain, text: text, isEncoded: false) }
    guard kind == "Secret", let base64 = text(at: data),
      let bytes = Data(base64Encoded: base64, options: .ignoreUnknownCharacters),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return HeldText(path: data, text: text, isEncoded: true)
  }

  /// Every satis.json that the object holds: under that name, or as a repository calls it.
  func satisJSONs(namedBy objects: [ManifestObject]) -> [HeldText] {
    guard ["ConfigMap", "Secret"].contains(kind) else { return [] }
    let named = objects.compactMap { other -> String? in
      guard other.kind == "SatisRepository", other.mayShareNamespace(with: self),
        let reference = other.configurationKey,
        reference.kind == kind, reference.name == name
      else { return nil }
      return reference.key
    }
    return Set(named + ["satis.json"]).sorted().compactMap { text(ofKey: $0) }
  }

  /// Where a SatisRepository has its satis.json; nil where it is inline.
  var configurationKey: (kind: String, name: String, key: String)? {
    let config = value["spec"]?["config"]
    for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
      if let name = config?[field]?["name"]?.text, let key = config?[field]?["key"]?.text {
        return (kind, name, key)
      }
    }
    return nil
  }

  /// The text that `configurationKey` leads to, where it is in the files.
  func configuration(in objects: [ManifestObject]) -> String? {
    guard let reference = configurationKey else { return nil }
    return objects.first {
      $0.kind == reference.kind && $0.name == reference.name && $0.mayShareNamespace(with: self)
    }?.text(ofKey: reference.key)?.text
  }
}
