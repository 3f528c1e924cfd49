/// Where a value stands inside another: members and elements from the outside to the inside.
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
  /// One step to a value inside another.
  public enum Step: Hashable, Sendable {
    /// A member of an object.
    case member(String)
    /// An element of a list, counted from 0.
    case element(Int)
  }

  /// The steps; none for the whole.
  public var steps: [Step]

  /// Goes these steps.
  public init(_ steps: [Step] = []) {
    self.steps = steps
  }

  /// One step further, to a member.
  public static func / (path: Self, member: String) -> Self { Self(path.steps + [.member(member)]) }

  /// One step further, to an element.
  public static func / (path: Self, element: Int) -> Self { Self(path.steps + [.element(element)]) }

  /// As in `repositories[0].url`.
  public var description: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .element(let index): text += "[\(index)]"
      }
    }
  }
}
