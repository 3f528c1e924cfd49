import SatisPlugin
import Testing

@Suite struct CommandWordsTests {
  @Test func `options before the subcommand belong to it`() {
    #expect(
      CommandWords.withSubcommandFirst(["-n", "team", "--context=prod", "build", "acme/lib", "--wait"]) == [
        "build", "-n", "team", "--context=prod", "acme/lib", "--wait",
      ])
  }

  @Test(arguments: [
    [], ["build", "-n", "team"], ["--help"], ["-n"], ["-n", "team"], ["--version"], ["-o", "json", "status"],
  ])
  func `all else stays as it is`(words: [String]) {
    #expect(CommandWords.withSubcommandFirst(words) == words)
  }
}
