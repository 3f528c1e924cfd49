# What every block of a page finds in its shell: a failing command ends the block, and addresses stand in for names,
# since the cluster has no DNS.
# shellcheck shell=bash
set -euo pipefail

# The operator's program under the name by which kubectl finds its plugin.
mkdir -p "$SCRATCH/bin"
ln -sf "$(command -v satis-operator)" "$SCRATCH/bin/kubectl-satis"
PATH=$SCRATCH/bin:$PATH

curl() { command curl --silent --show-error --fail-with-body --noproxy '*' --max-time 20 "$@"; }

# Without the way to packagist.org, and over plain http.
composer() { COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1 COMPOSER_HOME=$SCRATCH/composer command composer "$@"; }

# address SERVICE: its URL, as far as this machine reaches it.
address() { echo "http://$(kubectl -n satis get service "$1" -o 'jsonpath={.spec.clusterIP}')"; }

# newest_build: the name of the build that was made last.
newest_build() {
  kubectl -n satis get satisbuilds --sort-by .metadata.creationTimestamp -o 'jsonpath={.items[-1:].metadata.name}'
}

# newest_is REASON: waits until the newest build has come to that.
newest_is() {
  for _ in $(seq 120); do
    if [ "$(kubectl -n satis get satisbuild "$(newest_build)" -o 'jsonpath={.status.conditions[0].reason}')" = "$1" ]; then
      return
    fi
    sleep 0.5
  done
  echo "the newest build is not $1 after a minute" >&2
  return 1
}

# adapt_examples: a secret where the page says REPLACE; and sources, homepage and http as there is no way out of this
# cluster.
adapt_examples() {
  sed -i -e "s|secret: \"\"|secret: $(openssl rand -hex 32)|" \
    -e "s|http://satis-web.satis.svc|$(address satis-web)|" \
    -e "s|https://github.com/php-fig/log.git|$GIT_URL/acme/lib.git|" \
    -e "s|https://github.com/php-fig/container.git|$GIT_URL/acme/app.git|" \
    -e 's|"require-all": true,|"require-all": true, "config": {"secure-http": false},|' \
    deploy/example/repository.yaml deploy/example/build.yaml
}
