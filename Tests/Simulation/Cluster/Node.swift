/// A node, and what its kubelet could not tell while it was out of reach.
final class Node {
  let name: String
  var isReachable = true
  /// Reports that wait until the node can be reached again.
  var backlog: [() -> Void] = []

  init(name: String) {
    self.name = name
  }
}
