extension Collection where Element: Sendable, Self: Sendable {
  /// Transforms all elements side by side, a limited number at a time, and returns the results in their order.
  ///
  /// The limit keeps one call from taking the API server for itself.
  func mapSideBySide<Result: Sendable>(
    atMost limit: Int = 16, _ transform: @escaping @Sendable (Element) async -> Result
  ) async -> [Result] {
    // Nearly always there is one, for which a task of its own is nothing but a detour.
    if let first, count == 1 { return [await transform(first)] }
    return await withTaskGroup(of: (Int, Result).self) { group in
      var results: [Int: Result] = [:]
      for (index, element) in enumerated() {
        if index >= limit, let (done, result) = await group.next() { results[done] = result }
        group.addTask { (index, await transform(element)) }
      }
      for await (done, result) in group { results[done] = result }
      return (0..<count).compactMap { results[$0] }
    }
  }
}
