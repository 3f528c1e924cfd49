/// What somebody may have meant who wrote a word that is not known.
enum Spelling {
  /// The known word that is nearest; nil when none is near.
  static func nearest(to word: String, among known: some Sequence<String>) -> String? {
    let limit = max(1, (word.count + 2) / 4)
    return known.map {
      (word: $0, distance: isBeginning(word, of: $0) ? 1 : distance(folded(word), folded($0)))
    }
    .filter { $0.distance <= limit }
    .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
  }

  /// Whether somebody may have stopped too early.
  private static func isBeginning(_ word: String, of known: String) -> Bool {
    word.count >= 4 && folded(known).starts(with: folded(word))
  }

  /// Letter case, hyphens and underscores are what is confused most.
  private static func folded(_ word: String) -> [Character] {
    word.lowercased().filter { $0 != "-" && $0 != "_" }.map(\.self)
  }

  /// How many letters have to be put in, taken out, changed or swapped with the next.
  private static func distance(_ one: [Character], _ other: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
      var next = [row + 1]
      for (column, otherLetter) in other.enumerated() {
        var cost = min(
          last[column + 1] + 1, next[column] + 1, last[column] + (letter == otherLetter ? 0 : 1))
        if row > 0, column > 0, letter == other[column - 1], one[row - 1] == otherLetter {
          cost = min(cost, before[column - 1] + 1)
        }
        next.append(cost)
      }
      before = last
      last = next
    }
    return last[other.count]
  }
}
