# The cluster, the images and the operator.
# shellcheck shell=bash disable=SC2154

choose_cluster() {
  KUBECONFIG=$("$checkout/Tests/Cluster/select")
  export KUBECONFIG
  have kubectl || PATH=$PATH:$bin
  show export "KUBECONFIG=$KUBECONFIG"
  try kubectl get nodes
}

# Its nodes have the images that are loaded into it, and its volumes are folders of this machine.
is_one_node_cluster() { [ "$(kubectl config current-context)" = satis-operator-cluster ]; }

provide_images() {
  satis_image=$("$checkout/Tests/Cluster/images" satis-reference)
  if is_one_node_cluster; then
    show Tests/Cluster/images
    "$checkout/Tests/Cluster/images"
    return
  fi
  [ -n "${SATIS_OPERATOR_IMAGE:-}" ] || fail "the nodes of this cluster have no image of the operator" \
    "build and push one (see deploy/Dockerfile) and name it: export SATIS_OPERATOR_IMAGE=<reference>"
  satis_image=${SATIS_IMAGE:-composer/satis:latest}
  [ ! -e "$satis_image" ] || fail "SATIS_IMAGE is an archive, which cannot be loaded into this cluster" \
    "push the image and name its reference in SATIS_IMAGE"
  echo "   operator: $SATIS_OPERATOR_IMAGE, Satis: $satis_image"
}

satis_notice() {
  case $satis_image in
    localhost/satis-standin:*)
      echo "Satis was a stand-in here, not composer/satis: SATIS_IMAGE=<reference or image archive> runs the real one."
      ;;
    *) echo "Satis was ${SATIS_IMAGE:-$satis_image}." ;;
  esac
}

take_down_hint() {
  if is_one_node_cluster; then
    echo "make cluster-down"
  else
    echo "kubectl delete namespace $namespace && kubectl delete crd satisrepositories.satis.dev satisbuilds.satis.dev"
  fi
}

# Where a browser finds what Satis wrote, once the demo is over.
web_hint() {
  if is_one_node_cluster; then
    echo "$web_url/"
  else
    echo "kubectl -n $namespace port-forward service/satis-web 18081:80, then $web_url/"
  fi
}

install_operator() {
  local definitions=crds manifests=deploy/base deployment minor image
  installing=yes
  minor=$(kubectl get --raw /version | sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p')
  # Servers before 1.29 do not know the rules that newer ones enforce.
  [ "$minor" -ge 29 ] || definitions=crds/legacy
  [ "$minor" -ge 21 ] || manifests=deploy/overlays/kubernetes-1.20
  cd "$checkout"
  try kubectl apply -f "$definitions"
  try kubectl wait --for condition=Established --timeout 60s crd/satisrepositories.satis.dev crd/satisbuilds.satis.dev
  if is_one_node_cluster; then
    try kubectl apply -k deploy/overlays/local
  else
    image="s|image: satis-operator:.*|image: $SATIS_OPERATOR_IMAGE|"
    show_line "kubectl kustomize $manifests | sed '$image' | kubectl apply -f -"
    kubectl kustomize "$manifests" | sed "$image" | kubectl apply -f - | sed 's/^/     /'
  fi
  for deployment in satis-controller satis-webhook satis-web; do
    try kubectl -n "$namespace" rollout status --timeout 120s "deployment/$deployment"
  done
  cd "$work"
  reach webhook_url satis-webhook 18080
  reach web_url satis-web 18081
}
