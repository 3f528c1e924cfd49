import ArgumentParser
import SatisPlugin
import Testing

@testable import satis_operator

@Suite struct CompletionTests {
  private func completion(_ words: String...) throws -> Completion {
    Completion(words, in: try CommandOutline(parsing: KubectlSatis._dumpHelp()))
  }

  private func candidates(_ words: String...) throws -> [String] {
    let completion = Completion(words, in: try CommandOutline(parsing: KubectlSatis._dumpHelp()))
    return completion.answer(names: ["acme", "libs"]).split(separator: "\n").map(String.init)
  }

  @Test func `the first word is a subcommand, with what it does`() throws {
    let all = try candidates("")
    #expect(all.last == ":4")
    #expect(all.contains { $0.hasPrefix("status\tShows repositories") })
    #expect(all.contains { $0.hasPrefix("build\t") })
    #expect(try candidates("ret").map { $0.split(separator: "\t")[0] } == ["retry", ":4"])
  }

  @Test func `options are those of the subcommand`() throws {
    let options = try candidates("build", "--p")
    #expect(options.map { $0.split(separator: "\t")[0] } == ["--prune", "--purge", ":4"])
    #expect(try candidates("logs", "--pr") == [":4"])
  }

  @Test(arguments: [
    (["logs", ""], "build"), (["cancel", "b1", ""], "build"), (["status", ""], "repository"),
    (["build", ""], "source"), (["build", "-r", ""], "repository"),
    (["build", "--repository=a"], "repository"),
    (["-n", "team", "logs", ""], "build"), (["logs", "-n", ""], "namespace"),
    (["logs", "--context", ""], "context"),
    (["retry", "--force", "--", ""], "build"),
  ])
  func `names are looked for where they belong`(words: [String], name: String) throws {
    let completion = Completion(words, in: try CommandOutline(parsing: KubectlSatis._dumpHelp()))
    #expect(completion.wanted == .name(name))
  }

  @Test func `a value is chosen among those that an option takes`() throws {
    #expect(try candidates("status", "-o", "") == ["json", "yaml", ":4"])
    #expect(try candidates("status", "--output=y") == ["--output=yaml", ":4"])
    #expect(try candidates("completion", "") == ["bash", "zsh", "fish", ":4"])
  }

  @Test func `what was said before is known where names are looked for`() throws {
    let given = try completion("build", "-n", "team", "--repository=acme", "--wait", "").given
    #expect(given == ["--namespace": "team", "--repository": "acme"])
    // As Bash cuts its words.
    #expect(try completion("build", "--namespace", "=", "team", "").given == ["--namespace": "team"])
  }

  @Test func `what begins otherwise is not offered`() throws {
    #expect(try candidates("status", "l") == ["libs", ":4"])
  }

  @Test(arguments: [["nonsense", ""], ["status", "acme", ""], ["build", "--timeout", ""]])
  func `where nothing is known nothing is offered`(words: [String]) throws {
    let completion = Completion(words, in: try CommandOutline(parsing: KubectlSatis._dumpHelp()))
    #expect(completion.answer() == ":4")
  }
}
