# What the cluster changes on the machine outside its own folder, and how each change is undone.
# shellcheck shell=bash disable=SC2154

# Folders that the kubelet and containerd use wherever they are told to live. The node's processes see folders of the
# cluster's own in their places (see enter_node); those that do not exist are made for as long as the cluster runs.
hidden_folders=(/var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers /run/containerd /run/mount)

# Where deploy/overlays/local has its volumes.
volume_folders=(/var/lib/satis-operator/output /var/lib/satis-operator/cache)

# Kernel settings that the kubelet and kube-proxy change.
kernel_settings=(
  net/ipv4/ip_forward net/ipv4/conf/all/route_localnet net/bridge/bridge-nf-call-iptables
  net/netfilter/nf_conntrack_max net/netfilter/nf_conntrack_tcp_timeout_established
  net/netfilter/nf_conntrack_tcp_timeout_close_wait
  vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys
  kernel/keys/root_maxbytes
)

remember_kernel_settings() {
  local setting
  for setting in "${kernel_settings[@]}"; do
    [ ! -e "/proc/sys/$setting" ] || echo "$setting $(cat "/proc/sys/$setting")"
  done >"$state/kernel-settings"
}

restore_kernel_settings() {
  local setting value
  [ -e "$state/kernel-settings" ] || return 0
  while read -r setting value; do
    [ "$(cat "/proc/sys/$setting")" = "$value" ] || echo "$value" >"/proc/sys/$setting"
  done <"$state/kernel-settings"
}

# make_folder PATH [OWNER]: with its parents, each noted so that it can be removed.
make_folder() {
  [ ! -d "$1" ] || return 0
  make_folder "$(dirname "$1")"
  mkdir "$1"
  [ -z "${2:-}" ] || chown "$2:$2" "$1"
  echo "$1" >>"$state/made-folders"
}

make_folders() {
  local folder
  for folder in "${hidden_folders[@]}"; do make_folder "$folder"; done
  # Build pods are user 1000, and an fsGroup does not reach a hostPath.
  for folder in "${volume_folders[@]}"; do make_folder "$folder" 1000; done
}

remove_folders() {
  local folder
  [ -e "$state/made-folders" ] || return 0
  while read -r folder; do
    for volume in "${volume_folders[@]}"; do
      [ "$folder" != "$volume" ] || rm -rf --one-file-system "$folder"
    done
    # Somebody else may have put something there meanwhile.
    [ ! -d "$folder" ] || rmdir "$folder" 2>/dev/null || say "left $folder, which is not empty"
  done < <(tac "$state/made-folders")
}

# --- Network ------------------------------------------------------------------------------------------------

check_network() {
  local route
  route=$(ip -4 route show | grep -v " dev $bridge " | grep -E "^${network//./\\.}\." | head -n 1) || true
  [ -z "$route" ] || fail "this machine has a route into $network.0.0/16 already: $route" \
    "name two other leading numbers of a private network, for example SATIS_CLUSTER_NETWORK=10.252"
  [[ "$(iptables-save 2>/dev/null)" != *:KUBE-SERVICES* ]] ||
    fail "iptables has Kubernetes' chains already: a kube-proxy runs or ran here" \
      "use that cluster by KUBECONFIG, or end it and run: Tests/Cluster/down"
}

make_bridge() {
  ip link add "$bridge" type bridge 2>"$logs/bridge.log" || {
    cat "$logs/bridge.log" >&2
    fail "the network bridge $bridge could not be made" "a container needs the capability NET_ADMIN for it"
  }
  ip address add "$node_address/24" dev "$bridge"
  ip link set "$bridge" up
  echo 1 >/proc/sys/net/ipv4/ip_forward
}

# The rules that a pod needs whatever the machine's policies are: towards others, back, to the node, and outwards
# under the machine's own address.
firewall_rules() {
  local mark=(-m comment --comment "$rule_mark")
  "$1" filter FORWARD -i "$bridge" "${mark[@]}" -j ACCEPT
  "$1" filter FORWARD -o "$bridge" "${mark[@]}" -j ACCEPT
  "$1" filter INPUT -i "$bridge" "${mark[@]}" -j ACCEPT
  "$1" nat POSTROUTING -s "$pod_range" ! -o "$bridge" "${mark[@]}" -j MASQUERADE
}

add_rule() { iptables -w -t "$1" -I "${@:2}"; }
remove_rule() { while iptables -w -t "$1" -D "${@:2}" 2>/dev/null; do :; done; }

# kube-proxy's own cleaning leaves some chains, so every chain whose name begins with KUBE- goes. "up" has refused to
# start where there were any before.
remove_kubernetes_chains() {
  local iptables=$1 table chain rule
  for table in filter nat mangle; do
    while read -r rule; do
      # Quoted comments are why this goes through xargs, which undoes the quotes.
      echo "$rule" | sed 's/^-A/-D/' | xargs "$iptables" -w -t "$table"
    done < <("$iptables" -w -t "$table" -S 2>/dev/null | grep -E '^-A (INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING) .*-j KUBE-')
    for chain in $("$iptables" -w -t "$table" -S 2>/dev/null | sed -n 's/^-N \(KUBE-.*\)/\1/p'); do
      "$iptables" -w -t "$table" -F "$chain"
    done
    for chain in $("$iptables" -w -t "$table" -S 2>/dev/null | sed -n 's/^-N \(KUBE-.*\)/\1/p'); do
      "$iptables" -w -t "$table" -X "$chain"
    done
  done
}

# With the nf_tables backend, iptables makes a table at its first use and never removes it.
remember_tables() { nft list tables >"$state/tables"; }

remove_empty_tables() {
  local family table save
  [ -e "$state/tables" ] || return 0
  for family in ip ip6; do
    save="${family}tables-nft-save"
    for table in filter nat mangle raw; do
      if ! grep -qx "table $family $table" "$state/tables" && nft list table "$family" "$table" >/dev/null 2>&1 &&
        ! "$save" -t "$table" | grep -v '^:[A-Z]* ACCEPT ' | grep -q '^[:-]'; then
        nft delete table "$family" "$table"
      fi
    done
  done
}

remove_network() {
  firewall_rules remove_rule
  remove_kubernetes_chains iptables
  remove_kubernetes_chains ip6tables
  remove_empty_tables
  ip link delete "$bridge" 2>/dev/null || true
}

# --- Control groups -----------------------------------------------------------------------------------------

check_cgroups() {
  local controller
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    for controller in cpu memory pids; do
      grep -qw "$controller" /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null ||
        echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null ||
        fail "the cgroup controller $controller cannot be used by pods (cgroup v2)" \
          "in a container: start it privileged and with a cgroup namespace of its own; else boot with it enabled"
    done
    return
  fi
  for controller in cpu memory pids devices freezer; do
    grep -Eq "^cgroup [^ ]+ cgroup [^ ]*\b$controller\b" /proc/mounts ||
      fail "the cgroup controller $controller is not mounted (cgroup v1)" \
        "mount the cgroup controllers, or in a container start it privileged with /sys/fs/cgroup"
  done
}

# Containers that are killed leave their groups behind: /sys/fs/cgroup[/controller]/k8s.io/<id>.
remove_cgroups() {
  local container group
  for container in "$state"/containerd/state/io.containerd.runtime.v2.task/k8s.io/*; do
    for group in /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io; do
      group=$group/${container##*/}
      [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
  done
  # Somebody else's containerd has the same name for it, and keeps it as long as it has a container.
  rmdir /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io 2>/dev/null || true
}
