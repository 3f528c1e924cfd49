/// Which of two versions of a collection is the newer one.
enum ResourceVersion {
  /// Whether an event of this version tells nothing that was not known at the other.
  ///
  /// The versions of one collection are numbers that grow, as the API promises since Kubernetes 1.35 and as its
  /// storage has always had them. Anything else is opaque: then everything is news.
  static func isKnown(_ version: String, at known: String) -> Bool {
    guard let version = number(version), let known = number(known) else { return false }
    return version <= known
  }

  /// A number without a sign and without leading zeros: no other text is one.
  private static func number(_ version: String) -> UInt64? {
    guard let number = UInt64(version), String(number) == version else { return nil }
    return number
  }
}
