/// The script by which a shell completes the words of `kubectl-satis`: it asks the program itself each time.
public enum ShellScript: String, CaseIterable, Sendable {
  /// GNU Bash.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish

  /// The script.
  public var text: String {
    switch self {
    case .bash:
      #"""
      _kubectl_satis() {
        local line
        COMPREPLY=()
        while IFS= read -r line; do
          case $line in
            :*) ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
          esac
        done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
      }
      complete -F _kubectl_satis kubectl-satis
      """#
    case .zsh:
      #"""
      #compdef kubectl-satis
      _kubectl_satis() {
        local line
        local -a candidates
        while IFS= read -r line; do
          [[ $line == :* ]] || candidates+=("${${line//:/\\:}/$'\t'/:}")
        done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
        _describe 'kubectl-satis' candidates
      }
      compdef _kubectl_satis kubectl-satis
      """#
    case .fish:
      #"""
      function __kubectl_satis
        set -l words (commandline -opc) (commandline -ct)
        $words[1] __complete $words[2..-1] 2>/dev/null | string match -v ':*'
      end
      complete -c kubectl-satis -f -a '(__kubectl_satis)'
      """#
    }
  }
}
