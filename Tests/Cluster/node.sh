# Configuration and start of what runs beside the API server: controllers, containerd, kubelet, kube-proxy.
# shellcheck shell=bash disable=SC2154

# component_kubeconfig NAME USER [GROUP]: a kubeconfig with a token for a part of Kubernetes.
component_kubeconfig() {
  local token
  token=$(add_user "$state/tokens.csv" "$2" "${3:-}")
  write_kubeconfig "$state/$1.kubeconfig" "$1" "https://$node_address:$apiserver_port" "$state/pki" "$token"
}

write_containerd_configuration() {
  local folder=$state/containerd snapshotter=overlayfs
  # Without overlayfs each container costs a copy of its image.
  overlay_works "$state" || snapshotter=native
  mkdir -p "$folder" "$state/cni"
  # restrict_oom_score_adj: runc fails where CAP_SYS_RESOURCE is missing. disable_apparmor: a profile would stay
  # loaded after the cluster.
  cat >"$folder/config.toml" <<TOML
version = 2
root = "$folder/root"
state = "$folder/state"
disabled_plugins = [
  "io.containerd.internal.v1.tracing", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.internal.v1.opt"]
  path = "$folder/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:dev"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$bin/runc"
        Root = "$folder/runc"
TOML
  cat >"$state/cni/10-bridge.conflist" <<JSON
{
  "cniVersion": "0.4.0",
  "name": "satis",
  "plugins": [
    {
      "type": "bridge", "bridge": "$bridge", "isDefaultGateway": true, "hairpinMode": true,
      "ipam": {
        "type": "host-local", "dataDir": "$state/cni/addresses",
        "ranges": [[{"subnet": "$pod_range", "gateway": "$node_address"}]]
      }
    }
  ]
}
JSON
}

write_kubelet_configuration() {
  local resolv=/etc/resolv.conf
  # The usual file names a resolver on the loopback interface there, which is not the pods' loopback interface.
  [ ! -e /run/systemd/resolve/resolv.conf ] || resolv=/run/systemd/resolve/resolv.conf
  # No eviction and no image collection: images that were loaded by hand cannot be pulled again when the disk is full.
  cat >"$state/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_address
port: $kubelet_port
healthzBindAddress: 127.0.0.1
healthzPort: $kubelet_health_port
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: false}
  x509: {clientCAFile: $state/pki/ca.crt}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
evictionHard: {}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
failSwapOn: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
resolvConf: $resolv
volumePluginDir: $state/kubelet/volume-plugins
YAML
}

start_controllers() {
  launch kube-controller-manager "$bin/kube-controller-manager" --kubeconfig "$state/kube-controller-manager.kubeconfig" \
    --use-service-account-credentials --service-account-private-key-file "$state/pki/service-account.key" \
    --root-ca-file "$state/pki/ca.crt" --leader-elect=false --port 0 --secure-port 0
  launch kube-scheduler "$bin/kube-scheduler" --kubeconfig "$state/kube-scheduler.kubeconfig" \
    --leader-elect=false --port 0 --secure-port 0
}

# The node's processes have mounts of their own. All that they mount goes when the last of them ends, and they see
# folders of the cluster instead of the ones that a kubelet of the machine's may be using.
start_containerd() {
  local folder mounts=
  for folder in "${hidden_folders[@]}"; do
    mkdir -p "$state/hidden$folder"
    mounts+="mount --bind '$state/hidden$folder' '$folder' && "
  done
  launch containerd env PATH="$bin:$PATH" unshare --mount --propagation slave \
    sh -c "$mounts exec '$bin/containerd' --config '$state/containerd/config.toml'"
  wait_for 30 "containerd answers" containerd ctr version
}

start_kubelet() {
  local containerd
  read -r containerd _ <"$run/containerd.pid"
  launch kubelet nsenter --target "$containerd" --mount --root "$bin/kubelet" --kubeconfig "$state/kubelet.kubeconfig" \
    --config "$state/kubelet.yaml" --root-dir "$state/kubelet" --cert-dir "$state/kubelet/pki" \
    --container-runtime remote --container-runtime-endpoint "unix://$containerd_socket" \
    --hostname-override "$node" --node-ip "$node_address"
}

# masquerade-all: a pod that calls a service whose pod is on the same bridge gets its answer through the node, also
# where the kernel has no br_netfilter. Node ports are offered on the bridge's address alone.
start_kube_proxy() {
  launch kube-proxy "$bin/kube-proxy" --kubeconfig "$state/kube-proxy.kubeconfig" --proxy-mode iptables \
    --hostname-override "$node" --cluster-cidr "$pod_range" --masquerade-all --nodeport-addresses "$pod_range" \
    --conntrack-max-per-core 0 --oom-score-adj 0 --healthz-bind-address= --metrics-bind-address=
}
