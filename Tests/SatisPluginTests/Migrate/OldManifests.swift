/// Old workers as teams have them.
enum OldManifests {
  /// A loop over files in a shared volume, with a webhook container beside it, run as root.
  static let queue = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: satis-worker, namespace: shop}
    spec:
      replicas: 1
      template:
        spec:
          imagePullSecrets: [{name: registry}]
          nodeSelector: {disk: fast}
          containers:
            - name: worker
              image: composer/satis:latest
              command: [/bin/sh, -c]
              args:
                - |
                  set -e
                  OUT=/build/output
                  while true; do
                    # wait for requests
                    for f in /build/queue/*.json; do
                      [ -e "$f" ] || continue
                      /satis/bin/satis build --no-html-output --skip-errors -n /config/satis.json "$OUT" || true
                      rm -f "$f"
                    done
                    /satis/bin/satis purge /config/satis.json $OUT
                    sleep 10
                  done
              env:
                - {name: HTTPS_PROXY, value: "http://proxy.example.org:3128"}
                - {name: GITLAB_TOKEN, value: hunter2}
                - {name: COMPOSER_HOME, value: /composer}
                - {name: COMPOSER_PROCESS_TIMEOUT, value: "600"}
                - {name: QUEUE_TOKEN, valueFrom: {secretKeyRef: {name: queue, key: token}}}
              resources:
                limits: {memory: 1Gi}
              volumeMounts:
                - {name: config, mountPath: /config}
                - {name: output, mountPath: /build, subPath: satis}
                - {name: composer, mountPath: /composer}
                - {name: auth, mountPath: /composer/auth.json, subPath: auth.json}
                - {name: ssh, mountPath: /root/.ssh}
                - {name: git, mountPath: /etc/gitconfig, subPath: gitconfig}
            - name: webhook
              image: example.org/webhook:1
              env:
                - name: WEBHOOK_SECRET
                  valueFrom: {secretKeyRef: {name: hook, key: secret}}
          volumes:
            - {name: config, configMap: {name: satis-config}}
            - {name: output, persistentVolumeClaim: {claimName: web-data}}
            - {name: composer, persistentVolumeClaim: {claimName: composer-cache}}
            - {name: auth, secret: {secretName: composer-auth}}
            - {name: ssh, secret: {secretName: deploy-key, items: [{key: key, path: id_ed25519}, {key: hosts, path: known_hosts}]}}
            - {name: git, configMap: {name: git}}
    """

  static let configMap = """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: satis-config, namespace: shop}
    data:
      satis.json: |
        {
          "name": "acme/packages",
          "homepage": "https://packages.example.org",
          "repositories": [
            {"type": "vcs", "url": "https://git.example.org/acme/lib.git"}
          ],
          "require-all": true
        }
    """

  /// What the operator would refuse.
  static let oldConfigMap = """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: satis-config, namespace: shop}
    data:
      satis.json: |
        {
          "name": "acme/packages",
          "homepage": "https://packages.example.org",
          "output-dir": "/build/output",
          "repositories": [
            {"type": "vcs", "url": "https://deploy:hunter2@git.example.org/acme/lib.git"},
            {"type": "vcs", "url": "ssh://git:hunter2@git.example.org/acme/app.git"},
            {"type": "vcs", "url": "https://git.example.org/acme/web.git?private_token=hunter2"},
            {"type": "path", "url": "/srv/lib"},
          ],
          "archive": {"absolute-directory": "/srv/dist"},
          "config": {"github-oauth": {"github.com": "hunter2"}, "process-timeout": 600},
          "require-all": true
        }
    """

  static let cronJob = """
    ---
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: nightly, namespace: shop}
    spec:
      schedule: "@daily"
      timeZone: Europe/Berlin
      jobTemplate:
        spec:
          template:
            spec:
              containers:
                - name: satis
                  image: composer/satis@sha256:0123
                  args: [build, /config/satis.json, /output, --minify]
                  volumeMounts:
                    - {name: config, mountPath: /config/satis.json, subPath: satis.json}
                    - {name: output, mountPath: /output}
              volumes:
                - {name: config, configMap: {name: satis-config}}
                - {name: output, hostPath: {path: /srv/satis}}
    """
}
