import KubernetesClient
import SatisAPI
import Testing

@Suite struct ResourceNamesTests {
  /// Names of every length, with the marks that a name may have wherever one may be cut.
  private static let names: [String] = (1...253).flatMap { length in
    ["a", "ab-", "ab--", "a.", "9a.b-"].map { pattern in
      var name = String(repeating: pattern, count: length).prefix(length)
      // A name ends in a letter or digit.
      while name.last == "-" || name.last == "." { name.removeLast() }
      return String(name)
    }
  }

  private func metadata(
    _ name: String, uid: String = "b1f7c1f0-3c5b-4a8e-9d43-0f7a1c2e4b11"
  ) -> ObjectMetadata {
    var metadata = ObjectMetadata(name: name, namespace: "shop")
    metadata.uid = uid
    return metadata
  }

  /// A DNS subdomain (RFC 1123) of at most 63 characters: as a label value, and a Job's name becomes one.
  private func isShortName(_ name: String) -> Bool {
    name.utf8.count <= 63 && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  private func isLabel(_ part: Substring) -> Bool {
    func isAlphanumeric(_ character: Character?) -> Bool {
      character.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) } ?? false
    }
    return isAlphanumeric(part.first) && isAlphanumeric(part.last)
      && part.allSatisfy { isAlphanumeric($0) || $0 == "-" }
  }

  @Test func `the names used here are names that Kubernetes accepts`() {
    for name in Self.names {
      #expect(name.utf8.count <= 253)
      #expect(name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel))
    }
  }

  @Test func `every name and label made from a repository's name is valid and short enough`() {
    for name in Self.names {
      let repository = metadata(name)
      let made = [
        ResourceNames.job(repository: repository, sequence: 1),
        ResourceNames.job(repository: repository, sequence: 999_999_999_999),
        ResourceNames.snapshot(repository: repository, contentHash: String(repeating: "0", count: 64)),
        ResourceNames.build(repository: repository, host: "github", delivery: "d", source: "s"),
        ResourceNames.repositoryLabelValue(name),
      ]
      for made in made {
        #expect(isShortName(made), "\(made) of \(name)")
      }
    }
  }

  @Test func `names stay the same from version to version`() {
    let repository = metadata("packages")
    #expect(ResourceNames.job(repository: repository, sequence: 7) == "packages-91d671e7-7")
    #expect(ResourceNames.snapshot(repository: repository, contentHash: "abc") == "packages-49f2e7afde9148ed")
    #expect(
      ResourceNames.build(repository: repository, host: "github", delivery: "d1", source: "s")
        == "packages-107cb9c59d9441df"
    )
    #expect(
      ResourceNames.outputLabelValue(.init(claimName: "output", path: "php/packages")) == "f871ed6388a9ffe0")
  }

  @Test func `a repository that is made anew, or another job, has another name`() {
    let first = ResourceNames.job(repository: metadata("packages"), sequence: 1)
    #expect(first != ResourceNames.job(repository: metadata("packages"), sequence: 2))
    #expect(first != ResourceNames.job(repository: metadata("packages", uid: "another"), sequence: 1))
  }

  @Test func `a delivery has one name, and whatever differs in it makes another`() {
    let repository = metadata("packages")
    func name(_ host: String, _ delivery: String, _ source: String) -> String {
      ResourceNames.build(repository: repository, host: host, delivery: delivery, source: source)
    }
    #expect(name("github", "d1", "s") == name("github", "d1", "s"))
    let names = [
      name("github", "d1", "s"), name("gitea", "d1", "s"), name("github", "d2", "s"),
      name("github", "d1", "t"),
      name("githubd", "1", "s"), name("github", "d1s", ""), name("github", "", "d1s"),
      name("", "githubd1", "s"),
      ResourceNames.build(repository: repository, host: "github", delivery: "d1", source: "s", failures: 1),
      ResourceNames.build(repository: repository, host: "github", delivery: "d1", source: "s", failures: 2),
    ]
    #expect(Set(names).count == names.count)
  }

  @Test func `long names that begin alike have labels of their own, short ones are their label`() {
    let long = String(repeating: "a", count: 100)
    #expect(ResourceNames.repositoryLabelValue(long + "b") != ResourceNames.repositoryLabelValue(long + "c"))
    let limit = String(repeating: "a", count: 63)
    #expect(ResourceNames.repositoryLabelValue(limit) == limit)
  }

  @Test func `an output directory has one label, and another directory another`() {
    func label(_ claim: String, _ path: String?) -> String {
      ResourceNames.outputLabelValue(.init(claimName: claim, path: path))
    }
    #expect(label("output", nil) == label("output", ""))
    let labels = [label("output", nil), label("output", "a"), label("output", "a/b"), label("other", "a")]
    #expect(Set(labels).count == labels.count)
    #expect(labels.allSatisfy { $0.count == 16 && $0.allSatisfy(\.isHexDigit) })
  }
}
