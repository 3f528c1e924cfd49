import ArgumentParser
import SatisPlugin

struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Prints the script by which a shell completes the words of kubectl-satis.",
    discussion: """
      kubectl completes those of `kubectl satis` by itself, from 1.26 on, once there is a second link of the name \
      kubectl_complete-satis beside kubectl-satis:

        ln -s kubectl-satis "$(dirname "$(command -v kubectl-satis)")/kubectl_complete-satis"

      For kubectl-satis itself:

        source <(kubectl satis completion bash)      in ~/.bashrc, or zsh in ~/.zshrc
        kubectl satis completion fish > ~/.config/fish/completions/kubectl-satis.fish
      """
  )

  @Argument(help: "bash, zsh or fish.")
  var shell: ShellScript

  func run() {
    Output.result(shell.text)
  }
}
