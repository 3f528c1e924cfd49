import SatisAPI

/// What is chosen from the sources: `require` and what goes with it.
extension SatisLint {
  mutating func checkSelection() {
    if root["require-all"]?.flag == true, let require = root.member("require") {
      warn(
        at: require.offset,
        "require counts for nothing beside \"require-all\": true, which takes every package",
        "remove one of the two")
    }
    if root["only-dependencies"]?.flag == true, root["require-dependencies"]?.flag != true,
      root["require-dev-dependencies"]?.flag != true, let member = root.member("only-dependencies")
    {
      error(
        at: member.offset, "only-dependencies without require-dependencies leaves nothing over",
        "set \"require-dependencies\": true as well, or remove only-dependencies")
    }
    for name in ["require", "blacklist"] {
      for member in root[name]?.members ?? [] { check(member, in: name) }
    }
    for name in ["minimum-stability-per-package", "abandoned"] {
      for member in root[name]?.members ?? [] { checkPackage(member.name, at: member.offset, in: name) }
    }
    for name in ["whitelist", "blacklist"] {
      for element in root["archive"]?[name]?.elements ?? [] where !(element.text ?? "").contains("*") {
        if let text = element.text { checkPackage(text, at: element.offset, in: "archive.\(name)") }
      }
    }
  }

  private mutating func checkPackage(_ name: String, at offset: Int, in place: String) {
    if !PackageName.isPlatform(name), let problem = PackageName.problem(with: name) {
      error(at: offset, "\(place): \(problem.message)", problem.remedy)
    }
  }

  private mutating func check(_ member: PlacedJSON.Member, in place: String) {
    checkPackage(member.name, at: member.offset, in: place)
    if let text = member.value.text, let remedy = VersionConstraint.remedy(for: text) {
      error(at: member.value.offset, "\(place).\(member.name): '\(text)' is no version constraint", remedy)
    }
    guard place == "require", !PackageName.isPlatform(member.name),
      PackageName.problem(with: member.name) == nil
    else { return }
    switch provision(of: member.name) {
    case .certain, .possible: break
    case .unlikely:
      warn(
        at: member.offset,
        "no source looks like '\(member.name)'; if none has it, Satis builds without it and says nothing",
        "add its repository, or correct the name")
    case .none:
      error(
        at: member.offset, "no source has '\(member.name)': Satis would build without it and say nothing",
        "add its repository, or correct the name")
    }
  }

  // MARK: - Who has a package

  private enum Provision {
    case certain
    /// A Composer repository may have anything.
    case possible
    /// Sources without a name, none of whose URLs has the package's name in it.
    case unlikely
    case none
  }

  private func provision(of package: String) -> Provision {
    let list = root["repositories"]
    let entries = list?.elements ?? list?.members?.map(\.value) ?? []
    let last = package.split(separator: "/").last.map(String.init) ?? package
    var best = Provision.none
    for entry in entries {
      guard let type = entry["type"]?.text else { continue }
      if type == "composer" || type == "pear" { return .possible }
      let names = entry.packageNames
      if names.contains(package) { return .certain }
      guard names.isEmpty, let url = entry["url"]?.text else { continue }
      // Most repositories are called as their package is.
      if url.lowercased().contains(last.lowercased()) { return .possible }
      best = .unlikely
    }
    return best
  }
}

extension PlacedJSON {
  /// The names of the packages that an entry says it has.
  fileprivate var packageNames: [String] {
    let written = self["package"]?.elements ?? self["package"].map { [$0] } ?? []
    return ([self["name"]] + written.map { $0["name"] }).compactMap { $0?.text }
  }
}

extension String {
  var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
