/// A version constraint as Composer reads it, as far as it can be told what is none.
enum VersionConstraint {
  /// What to do about a text that is no constraint; nil for one that may be.
  static func remedy(for text: String) -> String? {
    let trimmed = text.trimmingSpaces
    guard !trimmed.isEmpty else { return "write * for all versions" }
    let alternatives = trimmed.replacing("||", with: "|").split(
      separator: "|", omittingEmptySubsequences: false)
    let atoms = alternatives.flatMap { alternative in
      // A hyphen with blanks around it is a range, `as` an alias; operators may stand apart.
      alternative.replacing(/\s+(?:-|as)\s+/, with: " ").replacing(/(>=|<=|!=|<>|==|[=<>^~])\s+/) {
        "\($0.output.1)"
      }
      .split { $0 == "," || $0.isWhitespace }
    }
    if alternatives.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
      return "remove the | that nothing follows"
    }
    guard let wrong = atoms.first(where: { !isAtom(String($0)) }) else { return nil }
    let isBranch =
      wrong.first?.isLetter == true && wrong.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
    return isBranch
      ? "write dev-\(wrong) for the branch \(wrong), or * for all versions"
      : "write it as in ^1.2, ~1.2.3, >=1.0 <2.0, 1.2.* or dev-main; '\(wrong)' is none of them"
  }

  private static func isAtom(_ text: String) -> Bool {
    // A commit and a stability may stand behind everything.
    let bare = text.replacing(/#.*$/, with: "").replacing(/@(?:dev|alpha|beta|rc|RC|stable)$/, with: "")
    return bare.isEmpty || bare == "self.version" || bare.hasPrefix("dev-") || bare.hasSuffix("-dev")
      || bare.wholeMatch(
        of:
          /(?:>=|<=|!=|<>|==|[=<>^~])?v?(?:\d+|[*xX])(?:\.(?:\d+|[*xX]))*(?:[.\-_]?[A-Za-z]+[.\-_]?\d*)*(?:\+\S+)?/
      ) != nil
  }
}
