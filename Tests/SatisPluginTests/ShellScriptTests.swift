import Foundation
import SatisPlugin
import TestSupport
import Testing

/// The script for Bash, run by Bash; a program of the test's answers in the place of the plugin.
@Suite(.timeLimit(.minutes(1))) struct ShellScriptTests {
  @Test func `Bash offers what the program answers, without descriptions and the last line`() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "completion-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let program = directory.appending(path: "kubectl-satis")
    try #"""
    #!/bin/sh
    printf '%s\n' "$*" >>"$0.asked"
    printf 'acme\tthe first\nlibs\n:4\n'
    """#.write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)

    let offered = try await Command.run(
      ["bash", "-s", program.path],
      input: """
        \(ShellScript.bash.text)
        COMP_WORDS=("$1" status -n team a ignored) COMP_CWORD=4
        _kubectl_satis
        printf '%s\\n' "${COMPREPLY[@]}"
        """)

    #expect(offered == "acme\nlibs\n")
    let asked = try String(contentsOf: directory.appending(path: "kubectl-satis.asked"), encoding: .utf8)
    #expect(asked == "__complete status -n team a\n")
  }

  @Test(arguments: ShellScript.allCases)
  func `every shell asks the program itself`(shell: ShellScript) {
    #expect(shell.text.contains("__complete"))
    #expect(shell.text.contains("kubectl-satis"))
  }
}
