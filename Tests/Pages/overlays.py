"""Every overlay on the cluster: applied where nothing is, used from a push to composer, taken away without a rest."""

import dataclasses
import subprocess
import time

import yaml

import cluster
import dryrun
import push

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



@dataclasses.dataclass
class Installation:
    """Overlays that are applied together, each with its namespace; the operator is in that of the first one, and the
    repository in that of the last."""

    overlays: dict

    @property
    def name(self):
        return " and ".join(self.overlays)

    @property
    def namespaces(self):
        return tuple(self.overlays.values())

    def documents(self):
        """What is applied, and what kustomize complains of."""
        documents, complaints = [], []
        for overlay in self.overlays:
            older = {} if overlay.endswith("kubernetes-1.20") else {"patches": OLDER}
            built, complained = dryrun.build({"resources": [f"CHECKOUT/{overlay}"], "images": IMAGES, **older})
            documents += built
            complaints += complained
        return documents, complaints


INSTALLATIONS = [
    Installation({"deploy/overlays/kubernetes-1.20": "satis"}),
    Installation({"deploy/overlays/team": "team-packages"}),
    Installation({"deploy/overlays/production": "satis"}),
    Installation({"deploy/overlays/cluster-wide": "satis-system", "deploy/overlays/served-namespace": "team-packages"}),
]


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


def volumes(namespace):
    """The folders of the node, for the claims of a namespace."""
    documents = list(yaml.safe_load_all(cluster.VOLUMES.read_text()))
    for document in documents:
        document["spec"]["claimRef"]["namespace"] = namespace
    return documents


def check(report, scene, before):
    plain, here = Installation({"deploy": "satis"}), INSTALLATIONS[0]
    same = plain.documents() == here.documents()
    report.check(f"{plain.name} is {here.name} on this server", [] if same else ["they differ: apply both here"])
    foreign = list(foreign_definitions())
    for installation in INSTALLATIONS:
        started = time.monotonic()
        try:
            install(report, installation, foreign)
            push.check(report, installation.name, scene, installation.namespaces[0], installation.namespaces[-1])
            remove(report, installation, foreign, before)
        except cluster.Refused as refused:
            report.check(f"{installation.name} on an empty cluster", [str(refused)])
        finally:
            cluster.empty(installation.namespaces)
            cluster.delete(foreign)
        print(f"        {installation.name}: {time.monotonic() - started:.0f} s", flush=True)


def install(report, installation, foreign):
    documents, complaints = installation.documents()
    report.check(f"{installation.name} is built", complaints)
    cluster.kubectl("apply", "-f", str(cluster.DEFINITIONS))
    if any(document["kind"] in FOREIGN for document in documents):
        cluster.apply(foreign)
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
    home = installation.namespaces[-1]
    cluster.apply(volumes(home) + documents)
    if "deploy/overlays/production" in installation.overlays:
        # What components/basic-auth and components/status-page ask for.
        for secret, value in (("satis-web-users", f"htpasswd={user()}"), ("satis-status-page", "token=0123456789abcdef")):
            cluster.kubectl("-n", home, "create", "secret", "generic", secret, f"--from-literal={value}")
    unready = cluster.until(lambda: [what for namespace in installation.namespaces for what in cluster.unrest(namespace)])
    report.check(f"{installation.name} becomes ready on an empty cluster", unready)


def user():
    """A line of htpasswd."""
    command = ["openssl", "passwd", "-apr1", push.PASSWORD]
    return f"{push.READER}:{subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()}"


def pods(installation):
    for namespace in installation.namespaces:
        for pod in cluster.items("pods", namespace):
            yield f"pod {pod['metadata']['name']} is there"


def remove(report, installation, foreign, before):
    documents, _ = installation.documents()
    cluster.kubectl("-n", installation.namespaces[-1], "delete", "satisrepositories", "--all")
    # The programs before their rights: so they end sooner.
    for namespace in installation.namespaces:
        cluster.kubectl("-n", namespace, "delete", "deployments", "--all")
    report.check(f"{installation.name}: all pods end", cluster.until(lambda: pods(installation)))
    cluster.delete(documents)
    cluster.delete(foreign)
    cluster.kubectl("delete", "-f", str(cluster.DEFINITIONS))
    left = cluster.until(lambda: cluster.added(before, lambda kind, *_: kind == "PersistentVolume"), seconds=60)
    report.check(f"{installation.name} leaves nothing but its volumes", left)
