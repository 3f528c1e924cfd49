import KubernetesClient
import SatisAPI
import Testing

@Suite struct ConditionTests {
  private func condition(
    _ status: Condition.Status, type: String = "Ready", reason: String = "Because", message: String = "so",
    at seconds: Int64 = 0
  ) -> Condition {
    Condition(
      type: type, status: status, reason: reason, message: message, observedGeneration: 1,
      lastTransitionTime: Timestamp(seconds: seconds))
  }

  @Test func `a condition is found by its type`() {
    let conditions = [condition(.yes), condition(.no, type: "Succeeded")]
    #expect(conditions["Succeeded"]?.status == .no)
    #expect(conditions["Other"] == nil)
  }

  @Test func `a condition is added once and then replaced in its place`() {
    var conditions: [Condition] = []
    conditions.set(condition(.unknown))
    conditions.set(condition(.unknown, type: "Succeeded"))
    conditions.set(condition(.yes, reason: "Settled"))
    #expect(conditions.map(\.type) == ["Ready", "Succeeded"])
    #expect(conditions["Ready"]?.reason == "Settled")
  }

  @Test func `the transition time moves when the status changes and stays otherwise`() {
    var conditions = [condition(.unknown, at: 100)]
    conditions.set(condition(.unknown, reason: "Another", message: "other", at: 200))
    #expect(conditions["Ready"]?.lastTransitionTime == Timestamp(seconds: 100))
    #expect(conditions["Ready"]?.message == "other")
    conditions.set(condition(.yes, at: 300))
    #expect(conditions["Ready"]?.lastTransitionTime == Timestamp(seconds: 300))
  }

  @Test func `a message is cut at 2,048 characters`() {
    let limit = String(repeating: "ä", count: 2_048)
    #expect(condition(.no, message: limit).message == limit)
    let cut = condition(.no, message: limit + "x").message
    #expect(cut == String(repeating: "ä", count: 2_047) + "…")
  }

  @Test func `a status has the words of the API`() throws {
    #expect(try JSONValue(encoding: [Condition.Status.yes, .no, .unknown]) == ["True", "False", "Unknown"])
  }
}
