#!/bin/sh
# The first process of the build's container. PHP without pcntl cannot catch a signal, and as process 1 would not even
# die of one: this shell catches SIGTERM for the runner and hands it on as a line on the runner's standard input.
set -u

stopping=
trap 'stopping=yes' TERM INT

directory=$(dirname "$0")
pipe=$(mktemp -u "${TMPDIR:-/tmp}/satis-runner.XXXXXX") && mkfifo -m 600 "$pipe" || exit 1
# Opened for both ways an open never blocks; without its name the pipe goes when the last process lets go of it.
exec 3<>"$pipe"
rm -f "$pipe"

stop() {
  trap '' TERM INT
  stopping=yes
  echo stop >&3
}
trap stop TERM INT
[ -z "$stopping" ] || stop

php "$directory/runner.php" --stop-on-input "$@" <&3 3<&- &
runner=$!
wait "$runner"
code=$?
# A wait that the signal cut short did not see the runner's end; 127 says that it did after all.
if [ -n "$stopping" ]; then
  wait "$runner"
  again=$?
  [ "$again" -eq 127 ] || code=$again
fi
exit "$code"
