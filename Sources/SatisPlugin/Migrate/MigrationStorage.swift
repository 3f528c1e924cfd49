import KubernetesClient
import SatisAPI

/// The volumes of output and cache.
extension MigrationPlan {
  mutating func output() -> (member: CommentedYAML.Member, claim: String?) {
    let call = worker.call("build") ?? worker.call("purge")
    guard let path = call?.output, let mount = worker.mount(holding: path) else {
      note(
        .decide,
        "spec.output: \(call?.output.map { "the old output \($0) is in no volume of \(worker.title)" } ?? "it is not seen where the old worker wrote")"
      )
      return (
        outputMember(
          claim: "satis-output", path: nil,
          comment: "Decide: the claim, and the directory in it, that the web server reads."), nil
      )
    }
    used.insert(mount.name)
    let inside = mount.inside(path).flatMap { $0.isEmpty ? nil : $0 }
    guard let claim = mount.claim else {
      note(
        .decide,
        "spec.output: the old output \(path) is in \(mount.source), and releases need a PersistentVolumeClaim"
      )
      return (
        outputMember(
          claim: "satis-output", path: inside,
          comment:
            "Decide: a claim that has the files of \(mount.source), which the web server reads as well."), nil
      )
    }
    note(
      .taken, "spec.output: \(path) is \(inside.map { "directory \($0)" } ?? "the root") of claim \(claim)")
    return (outputMember(claim: claim, path: inside, comment: advice(onClaim: claim)), claim)
  }

  private func outputMember(claim: String, path: String?, comment: String?) -> CommentedYAML.Member {
    .init(
      "output", .fields(["claimName": .text(claim), "path": path.map(CommentedYAML.text)]), comment: comment)
  }

  /// What is to be thought of with a claim of one node.
  private mutating func advice(onClaim name: String) -> String? {
    let claim = objects.first { $0.kind == "PersistentVolumeClaim" && $0.name == name }
    let modes = claim?.value["spec"]?["accessModes"]?.elements?.compactMap(\.text) ?? []
    guard claim != nil, !modes.contains("ReadWriteMany") else { return nil }
    note(
      .decide,
      "claim \(name) is \(modes.joined(separator: ", ")): build pods and web server have to run on one node")
    return
      "Decide: the claim is \(modes.joined(separator: ", ")), so builds have to run on the web server's node:\n"
      + "see spec.podTemplate.affinity."
  }

  mutating func cache(besides output: String?) -> CommentedYAML.Member? {
    let variables = worker.container["env"]?.elements ?? []
    let path =
      ["COMPOSER_CACHE_DIR", "COMPOSER_HOME"].lazy.compactMap { name in
        variables.first { $0["name"]?.text == name }?["value"]?.text
      }.first ?? "/composer"
    let mount =
      worker.mount(holding: path) ?? worker.mounts.first { $0.claim != nil && $0.path.contains("cache") }
    guard let mount, mount.claim != nil || mount.volume["emptyDir"] != nil else { return nil }
    guard !used.contains(mount.name) else {
      note(.left, "the cache in \(path): it is in the volume of the output, which is served")
      return nil
    }
    used.insert(mount.name)
    guard let claim = mount.claim, claim != output else {
      note(.left, "the cache in \(path): \(mount.source) does not outlive a pod, or is served")
      return nil
    }
    note(
      .taken,
      "spec.cache: claim \(claim); builds fill a directory of their own in it, so the first fetches everything"
    )
    return .init("cache", .fields(["claimName": .text(claim)]))
  }
}
