import SatisPlugin
import Testing

struct TableTests {
  @Test func `columns are as wide as their widest cell and lines end without spaces`() {
    var table = Table("NAME", "STATUS", "AGE")
    table.append(["packages", "Ready", "2m"])
    table.append(["libs", ""])

    #expect(
      "\(table)" == """
        NAME       STATUS   AGE
        packages   Ready    2m
        libs
        """)
    #expect(table.line(["a", "Suspended", "9m"]) == "a          Suspended   9m")
  }
}
