import Testing

@testable import SatisPlugin

@Suite struct VersionConstraintTests {
  @Test(arguments: [
    "*", "1.0", "v1.2.3", "^1.0", "~1.2.3", ">=1.0 <2.0", ">= 1.0, < 2.0", "1.2.*", "1.x", "^1.0 || ^2.0",
    "1.0|2.0",
    "1.0 - 2.0", "dev-main", "dev-feature/x-1", "1.x-dev", "1.0.x-dev", "dev-main#0a1b2c3",
    "dev-main as 1.0.x-dev",
    "^1.0@beta", "@dev", "1.0.0-beta.2", "1.0.0RC1", "2.0-p1", "self.version", "!=1.3", "1.0.0+build.5",
    " ^1 ",
  ])
  func `what Composer takes is taken`(constraint: String) {
    #expect(VersionConstraint.remedy(for: constraint) == nil)
  }

  @Test(arguments: [
    ("", "write *"), ("main", "write dev-main"), ("feature/x", "write dev-feature/x"), (">>1.0", "'>>1.0'"),
    ("1..0", "'1..0'"), ("^1.0 ||", "remove the |"), ("^^1", "as in ^1.2"), ("latest", "write dev-latest"),
    ("^1.0 and ^2.0", "and"),
  ])
  func `what it does not take is told`(constraint: String, remedy: String) {
    #expect(VersionConstraint.remedy(for: constraint)?.contains(remedy) == true)
  }
}
