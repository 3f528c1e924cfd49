import Foundation
import KubernetesClient
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    ("0", 0), ("2", 2), ("500m", 0.5), ("1.5", 1.5), ("3k", 3_000), ("2M", 2_000_000), ("1Ki", 1_024),
    ("512Mi", 536_870_912), ("2Gi", 2_147_483_648), ("1E", 1e18), ("1Ei", 0x1p60),
  ])
  func `an amount is read with its suffix`(text: String, amount: Double) {
    #expect(Quantity(text).amount == amount)
  }

  @Test(arguments: [
    ("1.5Gi", "1536Mi"), ("1.1", "1100m"), ("1.1k", "1100"), ("0.1", "100m"), ("1000Mi", "1000Mi"),
  ])
  func `amounts that are the same are equal, however they are written`(one: String, other: String) {
    #expect(Quantity(one).amount == Quantity(other).amount)
  }

  @Test(arguments: ["", "Gi", "2 Gi", "2GB", "-1", "1.", ".5", "1.2.3", "1e3", "two", "1_000", "٣"])
  func `what is no amount has none`(text: String) {
    #expect(Quantity(text).amount == nil)
  }

  @Test func `a whole number in JSON is an amount, and keeps its text`() throws {
    let read = try JSONDecoder().decode([Quantity].self, from: Data(#"[2, "500m"]"#.utf8))
    #expect(read == ["2", "500m"])
    #expect(try JSONValue(encoding: read) == ["2", "500m"])
  }
}
