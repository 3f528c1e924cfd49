"""Every overlay on the cluster: applied where nothing is, until all of it is ready, and taken away without a rest."""

import json
import time

import yaml

import cluster
import dryrun

# The names of the images that this cluster has.
IMAGES = [
    {"name": "satis-operator", "newName": "localhost/satis-operator", "newTag": "dev"},
    {"name": "nginxinc/nginx-unprivileged", "newName": "localhost/web", "newTag": "dev"},
]
# The one-node cluster's server has PodDisruptionBudgets by their older name, as overlays/kubernetes-1.20 has them.
OLDER = [
    {
        "target": {"kind": "PodDisruptionBudget"},
        "patch": '[{"op": "replace", "path": "/apiVersion", "value": "policy/v1beta1"}]',
    }
]
# Kinds of the Prometheus operator, as far as a server has to know them to keep such objects.
FOREIGN = {"PodMonitor": "podmonitors", "PrometheusRule": "prometheusrules"}

OVERLAYS = {
    "deploy/overlays/kubernetes-1.20": "satis",
    "deploy/overlays/team": "team-packages",
    "deploy/overlays/production": "satis",
    "deploy/overlays/cluster-wide": "satis-system",
    "deploy/overlays/served-namespace": "team-packages",
}


def foreign_definitions():
    for kind, plural in FOREIGN.items():
        group = "monitoring.coreos.com"
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {
                "group": group,
                "names": {"kind": kind, "plural": plural},
                "scope": "Namespaced",
                "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
            },
        }


def together(documents):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})


def volumes(namespace):
    """The folders of the node, for the claims of a namespace."""
    documents = list(yaml.safe_load_all(cluster.VOLUMES.read_text()))
    for document in documents:
        document["spec"]["claimRef"]["namespace"] = namespace
    return documents


def check(report, before):
    here, plain = ("deploy/overlays/kubernetes-1.20", "deploy")
    same = documents_of(here) == documents_of(plain)
    report.check(f"{plain} is {here} on this server", [] if same else ["they differ: apply both here"])
    definitions = together(foreign_definitions())
    for overlay, namespace in OVERLAYS.items():
        started = time.monotonic()
        try:
            install(report, overlay, namespace, definitions)
            remove(report, overlay, namespace, definitions, before)
        except cluster.Refused as refused:
            report.check(f"{overlay} on an empty cluster", [str(refused)])
        finally:
            cluster.empty(namespaces=(namespace,))
            cluster.kubectl("delete", "--ignore-not-found", "-f", "-", given=definitions)
        print(f"        {overlay}: {time.monotonic() - started:.0f} s", flush=True)


def documents_of(overlay):
    older = {} if overlay.endswith("kubernetes-1.20") else {"patches": OLDER}
    return dryrun.build({"resources": [f"CHECKOUT/{overlay}"], "images": IMAGES, **older})


def install(report, overlay, namespace, definitions):
    documents, complaints = documents_of(overlay)
    report.check(f"{overlay} is built", complaints)
    cluster.kubectl("apply", "-f", str(cluster.DEFINITIONS))
    if any(document["kind"] in FOREIGN for document in documents):
        cluster.kubectl("apply", "-f", "-", given=definitions)
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
    cluster.kubectl("apply", "-f", "-", given=together(volumes(namespace) + documents))
    if overlay.endswith("production"):
        # What components/basic-auth and components/status-page ask for.
        for secret, value in (("satis-web-users", "htpasswd="), ("satis-status-page", "token=0123456789abcdef")):
            cluster.kubectl("-n", namespace, "create", "secret", "generic", secret, f"--from-literal={value}")
    report.check(f"{overlay} becomes ready on an empty cluster", cluster.until(lambda: cluster.unrest(namespace)))


def pods(namespace):
    return [f"pod {pod['metadata']['name']} is there" for pod in cluster.items("pods", namespace)]


def remove(report, overlay, namespace, definitions, before):
    documents, _ = documents_of(overlay)
    # The programs first, while they still have their rights: so they end sooner.
    cluster.kubectl("-n", namespace, "delete", "deployments", "--all")
    report.check(f"{overlay}: all pods end", cluster.until(lambda: pods(namespace)))
    cluster.kubectl("delete", "--ignore-not-found", "-f", "-", given=together(documents))
    cluster.kubectl("delete", "--ignore-not-found", "-f", "-", given=definitions)
    cluster.kubectl("delete", "-f", str(cluster.DEFINITIONS))
    left = cluster.until(lambda: cluster.added(before, lambda kind, *_: kind == "PersistentVolume"), seconds=60)
    report.check(f"{overlay} leaves nothing but its volumes", left)
