# How the cluster ends, in the order that leaves nothing: processes, containers, network, settings, folders.
# shellcheck shell=bash disable=SC2154

# Every container has a shim, whose command line carries the path of this cluster's socket.
shims() {
  ps -eo pid=,args= | awk -v "shim=$bin/containerd-shim" -v "socket=$containerd_socket" \
    'index($2, shim) == 1 && index($0, socket) { print $1 }'
}

# Killing a container's first process ends the others in its process namespace.
end_containers() {
  local shim deadline
  deadline=$(($(date +%s) + 20))
  while [ -n "$(shims)" ]; do
    for shim in $(shims); do
      # shellcheck disable=SC2046 # one word for each process
      kill -KILL $(cat "/proc/$shim/task/"*/children 2>/dev/null) 2>/dev/null || kill -KILL "$shim" 2>/dev/null || true
    done
    [ "$(date +%s)" -lt "$deadline" ] || fail "containers of the cluster do not end" "look at: ps -ef | grep containerd-shim"
    sleep 0.1
  done
}

take_down() {
  [ -e "$state/$rule_mark" ] || fail "$state is not the folder of a cluster made by Tests/Cluster/up" \
    "name another folder, which need not exist, in SATIS_CLUSTER_DIR"
  say "ending the cluster in $state"
  halt kubelet kube-proxy kube-scheduler kube-controller-manager containerd
  end_containers
  halt kube-apiserver etcd
  remove_network
  restore_kernel_settings
  remove_cgroups
  remove_folders
  rm -rf --one-file-system "$state"
  say "the cluster is gone"
}
