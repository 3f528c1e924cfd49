# The one-node cluster's places, addresses and processes, for the scripts that start, use and end it.
# shellcheck shell=bash disable=SC2034,SC2154

state=${SATIS_CLUSTER_DIR:-/var/lib/satis-operator-cluster}
kubeconfig=$state/kubeconfig
run=$state/run
logs=$state/logs
# In a session of their own, so that they outlive the terminal that started them.
launcher=(setsid)

# Nothing listens on an address of the machine's own network: the node's address is that of the bridge, which exists
# on this machine alone.
bridge=satis0
network=${SATIS_CLUSTER_NETWORK:-10.251}
node_address=$network.0.1
pod_range=$network.0.0/24
service_range=$network.1.0/24
node=satis-node
apiserver_port=16443
kubelet_port=16250
kubelet_health_port=16248
etcd_port=16379
etcd_peer_port=16380

# In the order in which they start.
components=(etcd kube-apiserver kube-controller-manager kube-scheduler containerd kubelet kube-proxy)

containerd_socket=$state/containerd/containerd.sock

# Rules of ours carry this comment; it is how they are found again.
rule_mark=satis-operator-cluster

kubectl() { "$bin/kubectl" --kubeconfig "$kubeconfig" "$@"; }
ctr() { "$bin/ctr" --address "$containerd_socket" --namespace k8s.io "$@"; }

need_root() {
  [ "$(id -u)" = 0 ] || fail "a node needs root: it makes network interfaces, mounts and cgroups" "run it with sudo"
}

all_alive() {
  local name
  for name in "${components[@]}"; do
    alive "$name" || return 1
  done
}

cluster_healthy() {
  all_alive && [ "$(kubectl get node "$node" --request-timeout 5s \
    -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null)" = True ]
}
