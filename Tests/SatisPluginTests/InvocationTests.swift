import ArgumentParser
import SatisPlugin
import Testing

@testable import satis_operator

@Suite struct InvocationTests {
  @Test func `the name of the link decides what the executable is`() {
    #expect(Invocation(["/usr/local/bin/kubectl-satis", "status"]) == .plugin(["status"]))
    #expect(Invocation(["kubectl_complete-satis", "logs", ""]) == .completion(["logs", ""]))
    #expect(Invocation(["./satis-operator", "controller"]) == .operator(["controller"]))
  }

  @Test func `the plugin needs no link`() {
    #expect(
      Invocation(["satis-operator", "kubectl", "status", "-n", "team"]) == .plugin(["status", "-n", "team"]))
    #expect(Invocation(["satis-operator", "kubectl", "__complete", ""]) == .completion([""]))
    #expect(Invocation(["kubectl-satis", "__complete", "st"]) == .completion(["st"]))
    #expect(Invocation([]) == .operator([]))
  }

  @Test func `the operator's help tells of the plugin`() {
    let help = SatisOperator.helpMessage()
    #expect(help.contains("kubectl-satis") && help.contains("satis-operator kubectl"))
  }

  @Test func `the plugin's help tells how it ends`() {
    let help = KubectlSatis.helpMessage()
    for text in [
      "USAGE: kubectl satis", "Ends with 0", "with 4 when --timeout", "build", "status", "logs", "cancel",
    ] {
      #expect(help.contains(text), "\(text)")
    }
  }

  @Test(arguments: [
    ["build", "acme/lib", "--purge"], ["build", "--purge", "--rollback"], ["build", "--release", "r1"],
    ["build", "--prune"], ["build", "--timeout", "5m"], ["build", "--logs", "-o", "json"],
    ["build", "--wait", "--timeout", "soon"], ["cancel"], ["cancel", "b1", "--waiting"],
    ["status", "-o", "xml"], ["status", "-w", "-o", "json"],
    ["completion", "tcsh"], ["nonsense"], ["logs", "--nonsense"],
  ])
  func `a command line that cannot be ends with 2`(words: [String]) async {
    #expect(await KubectlSatis.run(words) == .usage)
  }

  @Test(arguments: [["build", "lib"], ["build", "https://me:hunter2@git.example.org/acme/lib.git"]])
  func `a word that names no source ends with 2 before a cluster is looked for`(words: [String]) async {
    #expect(await KubectlSatis.run(words) == .usage)
  }

  @Test func `a cluster that cannot be found ends with 3`() async {
    #expect(await KubectlSatis.run(["status", "--kubeconfig", "/nowhere"]) == .noAnswer)
  }

  @Test(arguments: [
    ["--help"], ["build", "--help"], ["help", "logs"], ["--version"], ["completion", "fish"],
  ])
  func `help, version and scripts end with 0`(words: [String]) async {
    #expect(await KubectlSatis.run(words) == .success)
  }
}
