# The SatisRepository, its builds, and the webhook.
# shellcheck shell=bash disable=SC2154

secret_name=demo-webhook

create_repository() {
  if ! kubectl -n "$namespace" get secret "$secret_name" >/dev/null 2>&1; then
    show_line "kubectl -n $namespace create secret generic $secret_name --from-literal=secret=\$(openssl rand -hex 32)"
    kubectl -n "$namespace" create secret generic "$secret_name" --from-file=secret=<(openssl rand -hex 32 | tr -d '\n') |
      sed 's/^/     /'
  fi
  repository_manifest >repository.yaml
  try cat repository.yaml
  try kubectl apply -f repository.yaml
  try kubectl -n "$namespace" wait --for condition=Ready --timeout 60s "satisrepository/$repository"
}

repository_manifest() {
  cat <<YAML
apiVersion: satis.dev/v1alpha1
kind: SatisRepository
metadata:
  name: $repository
  namespace: $namespace
spec:
  image: $satis_image
  config:
    inline: |
      {
        "name": "acme/demo",
        "homepage": "$web_url",
        "repositories": [{"type": "vcs", "url": "$source_url"}],
        "require-all": true,
        "archive": {"directory": "dist", "format": "zip"},
        "config": {"secure-http": false}
      }
  output:
    claimName: satis-output
  cache:
    claimName: satis-cache
  build:
    activeDeadlineSeconds: 600
  webhook:
    secretRefs:
      - name: $secret_name
        key: secret
YAML
}

build_everything() {
  cat >build.yaml <<YAML
apiVersion: satis.dev/v1alpha1
kind: SatisBuild
metadata:
  generateName: $repository-full-
  namespace: $namespace
spec:
  repositoryRef:
    name: $repository
YAML
  try cat build.yaml
  show kubectl create -f build.yaml
  build=$(kubectl create -f build.yaml -o name)
  build=${build##*/}
  echo "     satisbuild.satis.dev/$build created"
  wait_for_build "$build"
  try kubectl -n "$namespace" get satisrepositories,satisbuilds
}

# What GitHub posts for a pushed tag, as far as somebody reads it, signed as GitHub signs it.
post_webhook() {
  local secret signature answer
  secret=$(kubectl -n "$namespace" get secret "$secret_name" -o 'jsonpath={.data.secret}' | base64 -d)
  cat >push.json <<JSON
{"ref": "refs/tags/$version", "after": "$commit", "head_commit": {"id": "$commit"}, "repository": {"full_name": "$package", "clone_url": "$source_url"}, "pusher": {"name": "demo"}}
JSON
  signature=sha256=$(openssl dgst -sha256 -hmac "$secret" -r <push.json | cut -d' ' -f1)
  try cat push.json
  show_line "signature=sha256=\$(openssl dgst -sha256 -hmac \"\$secret\" -r <push.json | cut -d' ' -f1)"
  local call=(curl -sS --noproxy '*' --max-time 20 --data-binary @push.json -H "Content-Type: application/json"
    -H "X-GitHub-Event: push" -H "X-GitHub-Delivery: $(cat /proc/sys/kernel/random/uuid)"
    -H "X-Hub-Signature-256: $signature" -w '%{http_code}\n' "$webhook_url/$namespace/$repository")
  show "${call[@]}"
  answer=$("${call[@]}")
  sed 's/^/     /' <<<"$answer"
  [ "$(tail -n 1 <<<"$answer")" = 202 ] || fail "the webhook service did not accept the push" "its answer is above"
  build=$(sed -n 's/.*"build": *"\([^"]*\)".*/\1/p' <<<"$answer")
}

# Two waits, since `kubectl wait` looks for one of the two ends only.
wait_for_build() {
  local name=satisbuild/$1 good bad
  show kubectl -n "$namespace" wait --for condition=Succeeded --timeout 10m "$name"
  kubectl -n "$namespace" wait --for condition=Succeeded --timeout 10m "$name" >succeeded.txt 2>&1 &
  good=$!
  kubectl -n "$namespace" wait --for condition=Succeeded=false --timeout 10m "$name" >/dev/null 2>&1 &
  bad=$!
  wait -n "$good" "$bad" || true
  kill "$good" "$bad" 2>/dev/null || true
  wait "$good" "$bad" 2>/dev/null || true
  if [ "$(kubectl -n "$namespace" get "$name" -o 'jsonpath={.status.conditions[?(@.type=="Succeeded")].status}')" != True ]; then
    try kubectl -n "$namespace" describe "$name" >&2
    fail "the build $1 did not succeed" "its message, and the end of its log, are above"
  fi
  sed 's/^/     /' succeeded.txt
}
