# The git host of the demo: a pod that serves one bare repository over http. It runs the Satis image, which has git and
# PHP, so that it works on any cluster.
# shellcheck shell=bash disable=SC2154

git_host=demo-git

start_git_host() {
  kubectl -n "$namespace" apply -f - <<YAML | sed 's/^/     /'
apiVersion: apps/v1
kind: Deployment
metadata: {name: $git_host, labels: {app: $git_host}}
spec:
  replicas: 1
  selector: {matchLabels: {app: $git_host}}
  template:
    metadata: {labels: {app: $git_host}}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      # PHP as the first process does not listen to SIGTERM.
      terminationGracePeriodSeconds: 1
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: {type: RuntimeDefault}
      containers:
      - name: git
        image: $satis_image
        command: [sh, -ec]
        # Files are all that git needs to clone from ("dumb" http), once it knows their names.
        args:
        - |
          cd /git
          git init --quiet --bare --initial-branch main $package.git
          printf '#!/bin/sh\nexec git update-server-info\n' >$package.git/hooks/post-update
          chmod +x $package.git/hooks/post-update
          git --git-dir $package.git update-server-info
          exec php -S 0.0.0.0:8080 -t /git
        env: [{name: HOME, value: /git}]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /$package.git/HEAD, port: http}, periodSeconds: 1}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts: [{name: git, mountPath: /git}, {name: tmp, mountPath: /tmp}]
      volumes: [{name: git, emptyDir: {}}, {name: tmp, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: $git_host}
spec:
  selector: {app: $git_host}
  ports: [{name: http, port: 80, targetPort: http}]
---
# The network policies of deploy/ let nobody in and nothing out that they do not name.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: $git_host}
spec:
  podSelector: {matchLabels: {app: $git_host}}
  policyTypes: [Ingress]
  ingress: [{ports: [{port: http}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: $git_host-builds}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/component: build}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: $git_host}}}], ports: [{port: 8080}]}]
YAML
  try kubectl -n "$namespace" rollout status --timeout 120s "deployment/$git_host"
  # By address, since not every cluster has DNS.
  source_url=http://$(service_address "$git_host")/$package.git
}

git() { command git -C "$work/package" "$@"; }

# Clones what earlier runs have pushed. git reaches into the pod by kubectl.
publish_first_version() {
  mkdir "$work/package"
  git init --quiet --initial-branch main
  git config user.name Demo
  git config user.email demo@example.org
  git config protocol.ext.allow always
  git remote add origin "ext::kubectl -n $namespace exec -i deployment/$git_host -- %S /git/$package.git"
  git fetch --quiet --tags origin
  number=$(git tag | wc -l)
  if [ "$number" = 0 ]; then
    write_package 1.0.0
    try git push --quiet origin main 1.0.0
    number=1
  else
    git reset --quiet --hard origin/main
    echo "     there already, with $number versions"
  fi
}

publish_next_version() {
  version=1.$number.0
  write_package "$version"
  try git push --quiet origin main "$version"
  commit=$(git rev-parse HEAD)
}

write_package() {
  mkdir -p "$work/package/src"
  cat >"$work/package/composer.json" <<JSON
{
    "name": "$package",
    "description": "Says hello",
    "license": "MIT",
    "autoload": {"psr-4": {"Acme\\\\": "src/"}}
}
JSON
  cat >"$work/package/src/Hello.php" <<PHP
<?php

namespace Acme;

final class Hello
{
    public static function greeting(): string
    {
        return 'Hello from version $1';
    }
}
PHP
  git add --all
  try git commit --quiet --message "Version $1"
  try git tag "$1"
}
