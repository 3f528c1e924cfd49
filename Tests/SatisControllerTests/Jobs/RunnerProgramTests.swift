import Foundation
import Testing

@testable import SatisAPI
@testable import SatisController

@Suite struct RunnerProgramTests {
  @Test func `the binary carries every file of the runner, byte by byte`() throws {
    let directory = "Sources/SatisController/Runner"
    let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.url(directory).path)
    #expect(Set(RunnerProgram.files.keys) == Set(names))
    for name in names {
      #expect(try RunnerProgram.files[name] == Fixtures.text("\(directory)/\(name)"), "\(name)")
    }
  }

  @Test func `operator and runner know the same credentials by their looks, and the same names of Satis`()
    throws
  {
    let redactor = try #require(RunnerProgram.files["Redactor.php"])
    #expect(redactor.contains("'\(CredentialScanner.gitLabTokens.joined(separator: "|"))'"))
    let endings = CredentialScanner.secretEndings.joined(separator: "|")
    let others = CredentialScanner.secretParameters.joined(separator: "|")
    #expect(redactor.contains("(?:[\\w-]*(?:\(endings))|\(others))="))
    let directories = SatisConfiguration.metadataDirectories.map { "'\($0)'" }.joined(separator: ", ")
    #expect(
      RunnerProgram.files["SatisConfig.php"]?.contains("METADATA_DIRECTORIES = [\(directories)]") == true)
  }

  @Test func `whatever changes in the runner changes its hash`() {
    let files = ["a.php": "one", "b.php": "two"]
    let changes = [
      ["a.php": "one", "b.php": "twO"], ["a.php": "one", "c.php": "two"], ["a.php": "onetwo", "b.php": ""],
      ["a.php": "two", "b.php": "one"], ["a.php": "one"], ["a.php": "one", "b.php": "two", "c.php": ""],
    ]
    #expect(RunnerProgram.hash(of: files) == RunnerProgram.hash(of: files))
    #expect(Set(changes.map(RunnerProgram.hash(of:)) + [RunnerProgram.hash(of: files)]).count == 7)
  }
}
