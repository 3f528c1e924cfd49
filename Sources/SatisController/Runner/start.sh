#!/bin/sh
# The first process of the build's container. PHP without pcntl cannot catch a signal, and as process 1 would not even
# die of one: this shell catches SIGTERM for the runner and hands it on as a line on the runner's standard input.
set -u

directory=$(dirname "$0")
stop_pipe=$(mktemp -u "${TMPDIR:-/tmp}/satis-runner.XXXXXX") && mkfifo -m 600 "$stop_pipe" || exit 1
# Opened for both ways an open never blocks; without its name the pipe goes when the last process lets go of it.
exec 3<>"$stop_pipe"
rm -f "$stop_pipe"

interrupted=
trap 'trap "" TERM INT; interrupted=yes; echo stop >&3' TERM INT

php "$directory/runner.php" --stop-on-input "$@" <&3 3<&- &
runner=$!
wait "$runner"
code=$?
# A wait that the signal cut short did not see the runner's end; 127 says that it did after all.
if [ -n "$interrupted" ]; then
  wait "$runner"
  again=$?
  [ "$again" -eq 127 ] || code=$again
fi
exit "$code"
