"""An operator as kopf's users write it, as a peer for the benchmarks.

Handlers are plain functions that use the official client, indexes stand in for caches, and the status is written by
kopf after the handler. The other writes of a build come in the project's order.
"""

import datetime
import hashlib
import json
import os
import pathlib

import kopf
import kubernetes

GROUP = ("satis.dev", "v1alpha1")
LABELS = {"app.kubernetes.io/managed-by": "satis-operator", "app.kubernetes.io/component": "build"}
FIELD_MANAGER = "satis-peer-kopf"


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, memo: kopf.Memo, **_):
    # As many builds at once as the other controllers work on, and no search for further resource types.
    settings.execution.max_workers = 16
    settings.scanning.disabled = True
    settings.posting.loggers = False
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(os.environ["KUBECONFIG"], client_configuration=configuration)
    configuration.connection_pool_maxsize = 16
    api = kubernetes.client.ApiClient(configuration)
    memo.core = kubernetes.client.CoreV1Api(api)
    memo.batch = kubernetes.client.BatchV1Api(api)
    memo.resources = kubernetes.client.CustomObjectsApi(api)
    memo.files = {"passwd": "satis:x:1000:1000:Satis:/tmp:/sbin/nologin\n"}
    for path in pathlib.Path(os.environ["RUNNER"]).glob("*.*"):
        memo.files[path.name] = path.read_text()


@kopf.index("satisrepositories")
def repositories(namespace, name, body, **_):
    return {(namespace, name): body}


@kopf.index("jobs", labels=LABELS)
def jobs(namespace, name, body, **_):
    return {(namespace, name): body}


@kopf.index("pods", labels=LABELS)
def pods(namespace, name, body, **_):
    return {(namespace, name): body}


def is_open(status, **_):
    conditions = status.get("conditions") or [{"status": "Unknown"}]
    return conditions[0]["status"] == "Unknown"


@kopf.on.create("satisbuilds", when=is_open)
@kopf.on.resume("satisbuilds", when=is_open)
def start(namespace, name, uid, spec, meta, body, patch, memo, repositories, **_):
    key = (namespace, spec["repositoryRef"]["name"])
    if key not in repositories:
        raise kopf.TemporaryError(f"SatisRepository {key[1]} does not exist", delay=1)
    repository = dict(next(iter(repositories[key])))
    if repository.get("status", {}).get("activeJob"):
        raise kopf.TemporaryError("waits for its turn", delay=5)

    config_hash = digest(repository["spec"]["config"]["inline"], 64)
    claim = new_claim(repository, name, uid, spec, config_hash)
    try:
        memo.core.create_namespaced_config_map(
            namespace, snapshot(repository, config_hash, memo.files), field_manager=FIELD_MANAGER)
    except kubernetes.client.ApiException as error:
        if error.status != 409:
            raise
    memo.resources.patch_namespaced_custom_object_status(
        *GROUP, namespace, "satisrepositories", key[1], field_manager=FIELD_MANAGER,
        body={
            "metadata": {"resourceVersion": repository["metadata"]["resourceVersion"]},
            "status": {
                "observedGeneration": repository["metadata"]["generation"],
                "jobSequence": repository.get("status", {}).get("jobSequence", 0) + 1,
                "activeJob": claim,
            },
        })
    memo.batch.create_namespaced_job(namespace, job(repository, claim), field_manager=FIELD_MANAGER)
    kopf.event(repository, type="Normal", reason="JobCreated", message=f"Job {claim['name']} works for {name}")
    message = f"Job {claim['name']}: waiting for its pod"
    patch.status.update(running(spec, meta, claim, message))
    kopf.event(body, type="Normal", reason="Running", message=message)


def digest(text, length):
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def owner(repository):
    return {
        "apiVersion": "/".join(GROUP), "kind": "SatisRepository", "name": repository["metadata"]["name"],
        "uid": repository["metadata"]["uid"], "controller": True,
    }


def snapshot_name(repository, config_hash):
    return f"{repository['metadata']['name']}-{digest(repository['metadata']['uid'] + config_hash, 16)}"


def snapshot(repository, config_hash, files):
    name = repository["metadata"]["name"]
    return {
        "metadata": {
            "name": snapshot_name(repository, config_hash),
            "labels": LABELS | {"app.kubernetes.io/component": "snapshot", "satis.dev/repository": name},
            "ownerReferences": [owner(repository)],
        },
        "data": files | {"satis.json": repository["spec"]["config"]["inline"]},
        "immutable": True,
    }


def new_claim(repository, name, uid, spec, config_hash):
    metadata = repository["metadata"]
    number = repository.get("status", {}).get("jobSequence", 0) + 1
    source = {"url": spec["source"]["url"], "commits": [spec["trigger"]["commit"]]}
    return {
        "name": f"{metadata['name']}-{digest(metadata['uid'], 8)}-{number}",
        "startTime": now(), "configHash": config_hash, "operation": "Build", "full": False,
        "builds": [{"name": name, "uid": uid, "sources": [source]}],
    }


def running(spec, meta, claim, message):
    return {
        "observedGeneration": meta["generation"],
        "specHash": digest(json.dumps(dict(spec), sort_keys=True), 16),
        "queuedTime": now(),
        "startTime": claim["startTime"],
        "jobName": claim["name"],
        "attempts": [{"number": 1, "jobName": claim["name"], "startTime": claim["startTime"]}],
        "conditions": [{
            "type": "Succeeded", "status": "Unknown", "reason": "Running", "message": message,
            "observedGeneration": meta["generation"], "lastTransitionTime": now(),
        }],
    }


def job(repository, claim):
    spec = repository["spec"]
    path = spec["output"].get("path", "")
    labels = LABELS | {
        "satis.dev/repository": repository["metadata"]["name"],
        "satis.dev/output": digest(f"{spec['output']['claimName']}/{path}", 16),
    }
    order = {
        "version": 1, "job": claim["name"], "operation": "Build", "full": False,
        "sources": claim["builds"][0]["sources"], "options": [], "deadlineSeconds": 3600, "keepReleases": 3,
        "graceSeconds": 3600,
    }
    return {
        "metadata": {"name": claim["name"], "labels": labels, "ownerReferences": [owner(repository)]},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"labels": labels, "annotations": {"satis.dev/work-order": json.dumps(order)}},
                "spec": pod_spec(repository, claim, path),
            },
        },
    }


def pod_spec(repository, claim, path):
    user = 1000
    order = "metadata.annotations['satis.dev/work-order']"
    return {
        "restartPolicy": "Never", "activeDeadlineSeconds": 4260, "terminationGracePeriodSeconds": 60,
        "serviceAccountName": "satis-build", "automountServiceAccountToken": False, "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": user, "runAsGroup": user, "fsGroup": user,
            "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{
            "name": "satis", "image": "composer/satis:latest", "command": ["sh", "/satis-operator/snapshot/start.sh"],
            "env": [
                {"name": "HOME", "value": "/tmp"},
                {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ],
            "terminationMessagePolicy": "File",
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [
                {"name": "snapshot", "mountPath": "/satis-operator/snapshot", "readOnly": True},
                {"name": "snapshot", "mountPath": "/etc/passwd", "subPath": "passwd", "readOnly": True},
                {"name": "order", "mountPath": "/satis-operator/order", "readOnly": True},
                {"name": "output", "mountPath": "/output", "subPath": path},
                {"name": "tmp", "mountPath": "/tmp"},
                {"name": "cache", "mountPath": "/cache"},
            ],
        }],
        "volumes": [
            {"name": "snapshot", "configMap": {"name": snapshot_name(repository, claim["configHash"])}},
            {"name": "order", "downwardAPI": {"items": [{"path": "order.json", "fieldRef": {"fieldPath": order}}]}},
            {"name": "output", "persistentVolumeClaim": {"claimName": repository["spec"]["output"]["claimName"]}},
            {"name": "tmp", "emptyDir": {}},
            {"name": "cache", "emptyDir": {}},
        ],
    }
