# etcd and the API server, as both the API server's tests and the one-node cluster start them.
# shellcheck shell=bash disable=SC2154

# make_certificates FOLDER ADDRESS…: an authority, the API server's certificate for these addresses, a client's for an
# administrator and for the API server as a kubelet's client, and the key that signs service account tokens.
make_certificates() {
  local folder=$1 names="DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc" address
  shift
  for address in "$@"; do names+=",IP:$address"; done
  (umask 077 && mkdir -p "$folder")
  (
    cd "$folder"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
      -subj "/CN=satis-operator test authority" -keyout ca.key -out ca.crt
    issue_certificate apiserver "/CN=kube-apiserver" "subjectAltName=$names" serverAuth
    issue_certificate admin "/O=system:masters/CN=certificate-admin" "keyUsage=digitalSignature" clientAuth
    openssl genrsa -out service-account.key 2048
    openssl rsa -in service-account.key -pubout -out service-account.pub
  ) >"$folder/openssl.log" 2>&1 || {
    cat "$folder/openssl.log" >&2
    fail "openssl could not make the cluster's certificates" "see its messages above"
  }
}

issue_certificate() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" \
    -extfile <(printf '%s\nextendedKeyUsage=%s\n' "$3" "$4")
}

random_token() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# add_user TOKENS NAME GROUP: a user with a random token of its own; prints the token.
add_user() {
  local token
  token=$(random_token)
  echo "$token,$2,$2,$3" >>"$1"
  echo "$token"
}

# write_kubeconfig FILE NAME SERVER CERTIFICATES TOKEN: the administrator's file has a second context that
# authenticates by client certificate, for clients that have to show that they can.
write_kubeconfig() {
  local file=$1 name=$2 server=$3 certificates=$4 token=$5
  (umask 077 && cat >"$file" <<YAML
apiVersion: v1
kind: Config
current-context: $name
clusters:
- name: $name
  cluster:
    server: $server
    certificate-authority-data: $(base64 -w0 "$certificates/ca.crt")
contexts:
- name: $name
  context: {cluster: $name, user: token}
- name: certificate
  context: {cluster: $name, user: certificate}
users:
- name: token
  user:
    token: $token
- name: certificate
  user:
    client-certificate-data: $(base64 -w0 "$certificates/admin.crt")
    client-key-data: $(base64 -w0 "$certificates/admin.key")
YAML
  )
}

write_audit_policy() {
  cat >"$1" <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
YAML
}

# start_etcd PROGRAMS DATA PORT PEER_PORT [OPTION…]
start_etcd() {
  local programs=$1 data=$2 client=http://127.0.0.1:$3 peer=http://127.0.0.1:$4
  shift 4
  launch etcd "$programs/etcd" --data-dir "$data" --name default \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" "$@"
  wait_for 30 "etcd answers on $client" etcd port_taken 127.0.0.1 "${client##*:}"
}

# start_apiserver PROGRAMS FOLDER ETCD_PORT KUBECONFIG [OPTION…]: FOLDER holds pki/, tokens.csv and audit-policy.yaml.
start_apiserver() {
  local programs=$1 folder=$2 etcd=$3 kubeconfig=$4
  shift 4
  launch kube-apiserver "$programs/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd" \
    --authorization-mode Node,RBAC --token-auth-file "$folder/tokens.csv" --client-ca-file "$folder/pki/ca.crt" \
    --tls-cert-file "$folder/pki/apiserver.crt" --tls-private-key-file "$folder/pki/apiserver.key" \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$folder/pki/service-account.pub" \
    --service-account-signing-key-file "$folder/pki/service-account.key" \
    --audit-policy-file "$folder/audit-policy.yaml" --audit-log-path "$folder/audit.log" --audit-log-maxsize 4096 \
    --allow-privileged=true "$@"
  wait_for 60 "the API server is ready" kube-apiserver \
    "$programs/kubectl" --kubeconfig "$kubeconfig" get --raw /readyz
}

# server_minor KUBECTL…: the API server's minor version as a number; some servers write "20+".
server_minor() { "$@" get --raw /version | sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p'; }

# apply_manifests FOLDER KUBECTL…: a kustomization where the folder is one, else every manifest in it.
apply_manifests() {
  local folder=$1
  shift
  if [ -e "$folder/kustomization.yaml" ]; then
    "$@" apply -k "$folder" >/dev/null
  else
    "$@" apply -f "$folder" >/dev/null
  fi
}

# install_resources KUBECTL…: applies the project's CRDs, those without CEL on a server before 1.29, and then writes
# one custom resource: an API server that dies of that is of no use to anybody.
install_resources() {
  local folder=$checkout/crds
  [ "$(server_minor "$@")" -ge 29 ] || folder=$checkout/crds/legacy
  if [ -d "$folder" ]; then
    apply_manifests "$folder" "$@" || fail "the API server refuses the resources of $folder" "see its messages above"
    wait_for_definitions crd/satisrepositories.satis.dev crd/satisbuilds.satis.dev -- "$@"
    write_gate "$@" <<'YAML'
apiVersion: satis.dev/v1alpha1
kind: SatisBuild
metadata: {name: gate, namespace: default}
spec: {repositoryRef: {name: gate}}
YAML
    return
  fi
  "$@" apply -f - >/dev/null <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gates.cluster.satis.dev}
spec:
  group: cluster.satis.dev
  scope: Namespaced
  names: {kind: Gate, plural: gates}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
YAML
  wait_for_definitions crd/gates.cluster.satis.dev -- "$@"
  write_gate "$@" <<'YAML'
apiVersion: cluster.satis.dev/v1
kind: Gate
metadata: {name: gate, namespace: default}
YAML
  "$@" delete crd/gates.cluster.satis.dev >/dev/null
}

# wait_for_definitions DEFINITION… -- KUBECTL…: an older kubectl refuses to wait for one that has no status yet.
wait_for_definitions() {
  local definitions=() deadline told
  while [ "$1" != -- ]; do
    definitions+=("$1")
    shift
  done
  shift
  deadline=$(($(date +%s) + 60))
  until told=$("$@" wait --for condition=Established --timeout 10s "${definitions[@]}" 2>&1); do
    [ "$(date +%s)" -lt "$deadline" ] || fail "the API server does not serve ${definitions[*]}" "$told"
  done
}

write_gate() {
  local manifest deadline
  manifest=$(cat)
  deadline=$(($(date +%s) + 30))
  # The namespace "default" appears a moment after the API server is ready.
  until "$@" apply --validate=false -f - <<<"$manifest" >/dev/null 2>"$logs/gate.log"; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      cat "$logs/gate.log" >&2
      log_tail kube-apiserver
      fail "no custom resource can be created on this API server" "its output is in $logs/kube-apiserver.log"
    fi
    sleep 0.2
  done
  "$@" delete -f - <<<"$manifest" >/dev/null
}
