import FoundationEssentials
import KubernetesClient
import SatisAPI

extension SatisBuild.Source {
  /// A source that the resource definition accepts; where a record would be cut, a source is refused.
  ///
  /// - Throws: `Refusal.malformed`.
  init(checkedURL url: String?, package: String? = nil) throws(Refusal) {
    if let url { try Self.check(url) }
    if let package {
      // Composer's rule for names; a pattern of its own since the definition's only speaks to the server.
      let name = #/[a-z0-9]+(?:[_.-][a-z0-9]+)*/[a-z0-9]+(?:(?:[_.]|-{1,2})[a-z0-9]+)*/#
      guard package.utf8.count <= 255, package.wholeMatch(of: name) != nil else {
        throw .malformed("The package is not a Composer name; give it as vendor/name in lower case")
      }
    }
    self.init(url: url, package: package)
  }

  private static func check(_ url: String) throws(Refusal) {
    guard !url.isEmpty, url.unicodeScalars.count <= 2_048 else {
      throw .malformed("The url must have 1 to 2048 characters")
    }
    guard !url.hasPrefix("-") else {
      throw .malformed("The url starts with '-'; give the URL of a git repository")
    }
    guard !url.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) else {
      throw .malformed("The url contains blanks or control characters; percent-encode them")
    }
    // It would be shown to everybody who may look at builds.
    guard !RedactedURL(url).hidesPassword else {
      throw .malformed("The url contains a password or token; send it without")
    }
  }
}

extension SatisBuild {
  /// The build for a push, under a name that the same call gets again.
  ///
  /// - Parameters:
  ///   - source: what is built; nil for everything.
  ///   - failures: how many builds of the same call and source have failed.
  init(
    for push: Push, of source: Source?, from provider: String, to repository: SatisRepository,
    failures: Int = 0
  ) {
    // A call without a name of its own is never a repetition.
    let delivery = push.deliveryKey ?? UUID().uuidString
    let name = ResourceNames.build(
      repository: repository.metadata, host: provider, delivery: delivery,
      source: [source?.url, source?.package].compactMap(\.self).joined(separator: " "), failures: failures)
    var source = source
    if push.deletes { source?.prune = true }
    // Records are cut to what the resource definition allows: a push is not refused for a long branch name.
    let trigger = Trigger(
      type: .webhook,
      provider: provider,
      deliveryID: push.deliveryID?.printable(limit: 256),
      ref: push.changes.map(\.ref).joined(separator: " ").printable(limit: 1_024),
      commit: push.changes.lazy.compactMap(\.commit).first?
        .filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }.printable(limit: 64),
      actor: push.actor?.printable(limit: 256))
    self.init(
      metadata: ObjectMetadata(name: name, namespace: repository.metadata.namespace),
      spec: Spec(
        repositoryRef: LocalReference(name: repository.metadata.name), source: source, trigger: trigger))
  }
}
