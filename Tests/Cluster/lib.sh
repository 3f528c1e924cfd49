# What every script of this folder shares: where things live, how they speak, how they install and start.
# shellcheck shell=bash disable=SC2034

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=${SATIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/satis-operator}
bin=$cache/kubernetes/bin

# Everything said goes to stderr, so that a script's stdout is only what it was asked for.
say() { printf '==> %s\n' "$*" >&2; }

# fail CAUSE REMEDY
fail() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps iptables, nginx and the like where the PATH of a user does not look.
PATH=$PATH:/usr/sbin:/sbin

# seconds_since START
seconds_since() { echo $(($(date +%s) - $1)); }

# need_space FOLDER MEGABYTES WHAT VARIABLE: the folder need not exist yet.
need_space() {
  local folder=$1 free
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df --output=avail -BM "$folder" | tail -n 1 | tr -dc 0-9)
  [ "$free" -ge "$2" ] || fail "$3 takes $2 MB, and $1 has $free MB left" "make room, or name another folder in $4"
}

# --- Packages -----------------------------------------------------------------------------------------------

apt_missing() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || echo "$package"
  done
}

# Installs the packages that are missing and touches nothing else: --no-remove because the machine may be somebody's.
apt_install() {
  local missing
  mapfile -t missing < <(apt_missing "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || fail "these scripts install Debian packages (${missing[*]}), and there is no apt-get" \
    "use Debian 12, or name an existing API server's folder in KUBEBUILDER_ASSETS or a cluster in KUBECONFIG"
  [ "$(id -u)" = 0 ] || fail "these packages are missing and installing them needs root: ${missing[*]}" \
    "run: sudo apt-get install --no-remove ${missing[*]}"
  say "installing ${missing[*]}"
  apt_indexed "${missing[0]}" || apt-get -q update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-remove --no-install-recommends install "${missing[@]}" >&2 ||
    fail "apt-get could not install ${missing[*]} without removing other packages" "see its message above"
}

apt_indexed() { [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[0-9]* ]]; }

# The mirror of Debian's main archive that the machine's own packages come from.
debian_mirror() {
  local try mirror
  for try in 1 2; do
    # shellcheck disable=SC2016 # apt fills in the field, not the shell
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 'Label: Debian' |
      awk 'NR == 1') || true
    # Without indexes apt does not know which of its sources is Debian's.
    if [ -n "$mirror" ] || [ "$try" = 2 ] || [ "$(id -u)" != 0 ]; then break; fi
    apt-get -q update >&2
  done
  [ -n "$mirror" ] || fail "apt has no mirror of Debian's main archive, or no index of it yet" \
    "see /etc/apt/sources.list.d, and run: sudo apt-get update"
  echo "$mirror"
}

# unpack_package PACKAGE FOLDER: the files of a Debian package, without installing it. For packages that would start a
# service or take the place of another one (containerd of Docker's).
unpack_package() {
  local package=$1 folder=$2 download
  apt_indexed "$package" || { [ "$(id -u)" = 0 ] && apt-get -q update >&2; } ||
    fail "apt knows no package $package" "run: sudo apt-get update"
  download=$(mktemp -d)
  (cd "$download" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$package" >&2) ||
    fail "could not download the Debian package $package" "see apt-get's message above"
  mkdir -p "$folder"
  dpkg-deb --extract "$download"/*.deb "$folder"
  rm -rf "$download"
}

# --- One at a time ------------------------------------------------------------------------------------------

# hold FILE: a lock until the script ends; a second caller waits and says so. What is launched does not keep it.
hold() {
  local descriptor
  mkdir -p "$(dirname "$1")"
  exec {descriptor}>"$1"
  if ! flock --nonblock "$descriptor"; then
    say "waiting for another run, which holds $1"
    flock "$descriptor"
  fi
}

# stamp PATH…: one hash over the contents of files and folders, wherever they are, to tell whether inputs changed.
stamp() {
  local path
  for path in "$@"; do
    if [ -d "$path" ]; then
      (cd "$path" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum)
    elif [ -e "$path" ]; then
      sha256sum <"$path"
    fi
  done | sha256sum | cut -c1-16
}

stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# --- Processes ----------------------------------------------------------------------------------------------

# The scripts that start processes set: run (pid files), logs (their output) and launcher (how they are tied to us).
run=
logs=
launcher=()

# launch NAME COMMAND…
launch() {
  local name=$1 pid
  shift
  mkdir -p "$run" "$logs"
  (
    close_descriptors
    exec "${launcher[@]}" "$@"
  ) >>"$logs/$name.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(born "$pid")" >"$run/$name.pid"
}

# What is launched lives on, and must not hold a lock or somebody's pipe.
close_descriptors() {
  local descriptor
  for descriptor in /proc/"$BASHPID"/fd/*; do
    descriptor=${descriptor##*/}
    [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
  done
}

# born PID: when a process started, in the kernel's ticks; nothing if it has ended (a zombie has).
born() {
  local fields
  { read -r fields <"/proc/$1/stat"; } 2>/dev/null || return 0
  # The name, in parentheses, may hold anything; what follows it are the state and then numbers.
  read -ra fields <<<"${fields##*) }"
  [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

# alive NAME: the pid alone may be somebody else's by now, so the time of birth has to agree.
alive() {
  local pid birth
  { read -r pid birth <"$run/$1.pid"; } 2>/dev/null || return 1
  [ -n "$birth" ] && [ "$(born "$pid")" = "$birth" ]
}

# halt NAME…: TERM, and KILL after 20 s, one after another in the order given.
halt() {
  local name pid deadline
  for name in "$@"; do
    if alive "$name"; then
      read -r pid _ <"$run/$name.pid"
      kill -TERM "$pid" 2>/dev/null || true
      deadline=$(($(date +%s) + 20))
      while alive "$name"; do
        [ "$(date +%s)" -lt "$deadline" ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.05
      done
    fi
    rm -f "$run/$name.pid"
  done
}

# log_tail NAME: the end of a process's output, for an error message.
log_tail() { tail -n 15 "$logs/$1.log" 2>/dev/null | cut -c1-300 | sed 's/^/    /' >&2 || true; }

# wait_for SECONDS WHAT NAME COMMAND…: until COMMAND succeeds, while the process NAME lives.
wait_for() {
  local seconds=$1 what=$2 name=$3 deadline
  shift 3
  deadline=$(($(date +%s) + seconds))
  until "$@" >/dev/null 2>&1; do
    if ! alive "$name"; then
      log_tail "$name"
      fail "$name ended while waiting for: $what" "its output is in $logs/$name.log (the end of it is above)"
    fi
    if [ "$(date +%s)" -ge "$deadline" ]; then
      log_tail "$name"
      fail "no success within $seconds s: $what" "look into $logs/$name.log (the end of it is above)"
    fi
    sleep 0.1
  done
}

port_taken() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# A port that nobody listens on, below the range from which the kernel takes ports for connections.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    port_taken 127.0.0.1 "$port" || { echo "$port"; return; }
  done
}
