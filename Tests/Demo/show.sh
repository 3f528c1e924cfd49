# How the demo speaks: steps with their times, commands as a user would type them, and what to do when one fails.
# shellcheck shell=bash disable=SC2154

bold=
plain=
if [ -t 1 ]; then
  bold=$(printf '\033[1m')
  plain=$(printf '\033[0m')
fi

# Set when the demo begins to change the cluster.
installing=
step_number=0
step_name=
step_started=

step() {
  end_step
  step_number=$((step_number + 1))
  step_name=$1
  step_started=$(date +%s)
  printf '\n%s%d. %s%s\n' "$bold" "$step_number" "$step_name" "$plain"
}

end_step() {
  [ -z "$step_name" ] || printf '   (%d s)\n' "$(seconds_since "$step_started")"
  step_name=
}

# show COMMAND…: prints a command as it would be typed.
show() {
  local word line=
  for word in "$@"; do
    [[ "$word" =~ ^[A-Za-z0-9_./:=@,+%~^-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
    line+=" $word"
  done
  show_line "${line# }"
}

# show_line TEXT: the same for what is more than one command.
show_line() { printf '   %s$ %s%s\n' "$bold" "$1" "$plain"; }

# try COMMAND…: shows a command, and runs it.
try() {
  show "$@"
  "$@" 2>&1 | sed 's/^/     /'
}

# explain: what the cluster knows about a step that failed.
explain() {
  printf '\nerror: the demo stopped in step %d, "%s"\n' "$step_number" "$step_name" >&2
  # Before there is nothing of ours to look at.
  [ -n "$installing" ] || return 0
  {
    echo "--- what there is"
    kubectl -n "$namespace" get deployments,pods,satisrepositories,satisbuilds -o wide
    echo "--- pods that are not ready, and events"
    kubectl -n "$namespace" get pods -o \
      'jsonpath={range .items[?(@.status.phase!="Succeeded")]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
      while read -r pod ready; do
        [ "$ready" = True ] || kubectl -n "$namespace" describe pod "$pod" </dev/null | tail -n 25
      done
    echo "--- the controllers' logs"
    kubectl -n "$namespace" logs -l app.kubernetes.io/component=controller --tail 15 --prefix
    echo "--- the webhook service's log"
    kubectl -n "$namespace" logs -l app.kubernetes.io/component=webhook --tail 5 --prefix
    cat <<TEXT
--- what to do
Mend what is described above and run the demo again; it begins where it has to. The cluster still runs:
  export KUBECONFIG=$KUBECONFIG
  kubectl -n $namespace get pods
To begin with nothing: $(take_down_hint)
TEXT
  } >&2 || true
}

# --- Addresses ----------------------------------------------------------------------------------------------

forwards=()

# reach VARIABLE SERVICE PORT: sets VARIABLE to a URL of a service that works on this machine: the service's own address
# on the one-node cluster, else a forwarded port.
reach() {
  local address
  address=http://$(service_address "$2")
  if ! is_one_node_cluster; then
    address=http://127.0.0.1:$3
    show_line "kubectl -n $namespace port-forward service/$2 $3:80 &"
    kubectl -n "$namespace" port-forward "service/$2" "$3:80" >"$work/forward-$2.log" 2>&1 &
    forwards+=($!)
  fi
  # Neither kube-proxy nor a forwarded port is there at once; curl tries again by itself.
  curl -fs --noproxy '*' -o /dev/null --retry 20 --retry-delay 1 --retry-connrefused "$address/healthz" || {
    cat "$work/forward-$2.log" >&2 2>/dev/null || true
    fail "the service $2 is not reached at $address" "see its pods below"
  }
  printf -v "$1" %s "$address"
}

service_address() {
  kubectl -n "$namespace" get service "$1" -o 'jsonpath={.spec.clusterIP}'
}

stop_forwards() {
  [ ${#forwards[@]} -eq 0 ] || kill "${forwards[@]}" 2>/dev/null || true
}
