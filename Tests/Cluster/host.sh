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
  for folder in "${volume_folders[@]}"; do
    make_folder "$folder" 1000
    # What an fsGroup makes of other volumes: the group is handed on to the folders that the kubelet makes for a subPath.
    chmod 2775 "$folder"
  done
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
  [[ "$network" =~ ^[0-9]{1,3}\.[0-9]{1,3}$ ]] || fail "SATIS_CLUSTER_NETWORK is $network" \
    "it is the two leading numbers of a private network, for example 10.252"
  [ ! -e "/sys/class/net/$bridge" ] || fail "the network bridge $bridge is there already, and not of a cluster in $state" \
    "end the cluster that it belongs to: SATIS_CLUSTER_DIR=… Tests/Cluster/down"
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

cgroup_root=/sys/fs/cgroup

unified_cgroups() { [ -e "$cgroup_root/cgroup.controllers" ]; }

check_cgroups() {
  local controller
  if unified_cgroups; then
    for controller in cpu memory pids; do
      grep -qw "$controller" "$cgroup_root/cgroup.controllers" ||
        fail "this machine has no cgroup controller $controller (cgroup v2)" \
          "boot with it enabled; in a container, start it privileged"
    done
    return
  fi
  for controller in cpu memory pids devices freezer; do
    grep -Eq "^cgroup [^ ]+ cgroup [^ ]*\b$controller\b" /proc/mounts ||
      fail "the cgroup controller $controller is not mounted (cgroup v1)" \
        "mount the cgroup controllers; in a container, start it privileged"
  done
}

# Lets groups below the root have controllers (cgroup v2; with v1 they have them).
open_cgroups() {
  unified_cgroups || return 0
  cat "$cgroup_root/cgroup.subtree_control" >"$state/cgroup-controllers"
  ! give_controllers || return 0
  # In a container the root is an ordinary group, which has either processes or controllers for others.
  mkdir -p "$cgroup_root/$rule_mark"
  move_processes "$cgroup_root" "$cgroup_root/$rule_mark"
  give_controllers || fail "the cgroup controllers cpu, memory and pids cannot be given to pods (cgroup v2)" \
    "in a container: start it privileged, with a cgroup namespace of its own"
}

close_cgroups() {
  local controllers controller
  [ -e "$state/cgroup-controllers" ] || return 0
  read -ra controllers <"$cgroup_root/cgroup.subtree_control" || true
  for controller in "${controllers[@]}"; do
    grep -qw "$controller" "$state/cgroup-controllers" ||
      echo "-$controller" 2>/dev/null >"$cgroup_root/cgroup.subtree_control" || true
  done
  [ -d "$cgroup_root/$rule_mark" ] || return 0
  move_processes "$cgroup_root/$rule_mark" "$cgroup_root"
  rmdir "$cgroup_root/$rule_mark"
}

give_controllers() { echo "+cpu +memory +pids" 2>/dev/null >"$cgroup_root/cgroup.subtree_control"; }

# A process that has ended meanwhile, or is the kernel's own, cannot be moved.
move_processes() {
  local process
  while read -r process; do
    echo "$process" 2>/dev/null >"$2/cgroup.procs" || true
  done <"$1/cgroup.procs"
}

# Containers that are killed leave their groups behind: /sys/fs/cgroup[/controller]/k8s.io/<id>.
remove_cgroups() {
  local container group
  for container in "$state"/containerd/state/io.containerd.runtime.v2.task/k8s.io/*; do
    for group in "$cgroup_root"/k8s.io "$cgroup_root"/*/k8s.io; do
      group=$group/${container##*/}
      [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
  done
  # Somebody else's containerd has the same name for it, and keeps it as long as it has a container.
  rmdir "$cgroup_root"/k8s.io "$cgroup_root"/*/k8s.io 2>/dev/null || true
  close_cgroups
}
