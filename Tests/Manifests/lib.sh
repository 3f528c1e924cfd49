# What the scripts of this folder share: Python with the pinned packages, and kubectl.
# shellcheck shell=bash source=../Cluster/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../Cluster/lib.sh"

manifests=$checkout/Tests/Manifests
python=$cache/venv/bin/python
# The checkout stays as it is.
export PYTHONDONTWRITEBYTECODE=1

install_python() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
  hold "$cache/venv.lock"
  fill_venv
}

fill_venv() {
  local wanted
  wanted=$(stamp "$manifests/requirements.txt")
  ! stamped "$cache/venv/stamp" "$wanted" || return 0
  say "installing the Python packages of Tests/Manifests/requirements.txt into $cache/venv"
  python3 -m venv --clear "$cache/venv"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$manifests/requirements.txt" >&2 ||
    fail "pip could not install Tests/Manifests/requirements.txt" "see its message above; it needs a package index"
  echo "$wanted" >"$cache/venv/stamp"
}

# The kubectl at hand, or else the one that is built with the API server.
install_kubectl() {
  local folder
  for folder in "${KUBEBUILDER_ASSETS:-}" "$cache/kubernetes/bin"; do
    [ -z "$folder" ] || PATH=$PATH:$folder
  done
  have kubectl || "$checkout/Tests/Cluster/install" apiserver
  export PATH
}
