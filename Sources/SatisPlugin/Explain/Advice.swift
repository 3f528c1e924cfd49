/// What something means, and what a person can do about it.
public struct Advice: Hashable, Sendable, Encodable {
  /// What it means, in a sentence or two.
  public var meaning: String
  /// What to do, in this order; empty where nothing is to be done.
  public var remedies: [Remedy]

  /// Explains something.
  public init(_ meaning: String, _ remedies: [Remedy] = []) {
    self.meaning = meaning
    self.remedies = remedies
  }

  /// One thing to do.
  public struct Remedy: Hashable, Sendable, Encodable {
    /// What to do, in a sentence.
    public var text: String
    /// Commands to paste; none where the text says it all.
    public var commands: [String]

    /// Advises something.
    public init(_ text: String, _ commands: String...) {
      self.text = text
      self.commands = commands
    }
  }
}
