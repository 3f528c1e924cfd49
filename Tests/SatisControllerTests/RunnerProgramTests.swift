import Foundation
import Testing

@testable import SatisController

@Suite struct RunnerProgramTests {
  @Test func `the binary carries every file of the runner`() throws {
    let runner = URL(filePath: #filePath)
      .deletingLastPathComponent()
      .appending(path: "../../Sources/SatisController/Runner")
    let files = try FileManager.default.contentsOfDirectory(atPath: runner.path)
    #expect(Set(RunnerProgram.files.keys) == Set(files))
  }
}
