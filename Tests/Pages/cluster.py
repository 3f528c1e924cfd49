"""The cluster that pages are tried on: what is in it, whether it is at rest, and how it becomes empty."""

import json
import os
import pathlib
import shutil
import subprocess
import time

from definitions import ROOT

ENVIRONMENT = {**os.environ, "KUBECONFIG": os.environ["SATIS_TEST_CLUSTER_KUBECONFIG"]}
# The one-node cluster's server knows no others.
DEFINITIONS = ROOT / "crds" / "legacy"
VOLUMES = ROOT / "deploy" / "overlays" / "local" / "volumes.yaml"
SECONDS = 150

# Come and go by themselves.
PASSING = {"Event", "Endpoints", "EndpointSlice", "Node", "CSINode", "APIService", "ComponentStatus"}


class Refused(Exception):
    """kubectl's message."""


def kubectl(*arguments, given=None):
    result = subprocess.run(
        ["kubectl", *arguments], env=ENVIRONMENT, input=given, text=True, capture_output=True, timeout=SECONDS
    )
    if result.returncode:
        raise Refused(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout


def apply(documents):
    kubectl("apply", "-f", "-", given=together(documents))


def delete(documents):
    kubectl("delete", "--ignore-not-found", "-f", "-", given=together(documents))


def together(documents):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})


def service(name, namespace="satis"):
    """Its URL by address: this machine reaches services, and has no names of theirs."""
    return "http://" + kubectl("-n", namespace, "get", "service", name, "-o", "jsonpath={.spec.clusterIP}")


def items(kind, namespace):
    try:
        return json.loads(kubectl("-n", namespace, "get", kind, "-o", "json"))["items"]
    except Refused:
        # Before its definition is there, or after.
        return []


def until(findings, seconds=SECONDS):
    """What still stands in the way when the time is over."""
    deadline = time.monotonic() + seconds
    while found := list(findings()):
        if time.monotonic() > deadline:
            return [f"after {seconds} s: {finding}" for finding in found]
        time.sleep(0.5)
    return []


# --- Rest ---------------------------------------------------------------------------------------------------


def unrest(namespace="satis"):
    """What goes on in a namespace and comes to an end by itself."""
    for deployment in items("deployments", namespace):
        status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
        if status.get("observedGeneration") != deployment["metadata"]["generation"]:
            yield f"deployment {deployment['metadata']['name']} has not been looked at"
        elif any(status.get(count, 0) != wanted for count in ("replicas", "updatedReplicas", "readyReplicas")):
            yield f"deployment {deployment['metadata']['name']} has {status.get('readyReplicas', 0)} of {wanted} pods"
    builds = items("satisbuilds", namespace)
    suspended = set()
    for repository in items("satisrepositories", namespace):
        name, status = repository["metadata"]["name"], repository.get("status", {})
        if repository["spec"].get("state") == "Suspended":
            suspended.add(name)
        elif ready(status) and not any(build["spec"]["repositoryRef"]["name"] == name for build in builds):
            yield f"repository {name} has not built anything"
        if status.get("observedGeneration") != repository["metadata"]["generation"]:
            yield f"repository {name} has not been looked at"
    for build in builds:
        conditions = build.get("status", {}).get("conditions", [])
        state = next((condition for condition in conditions if condition["type"] == "Succeeded"), {"status": "Unknown"})
        if state["status"] == "Unknown" and build["spec"]["repositoryRef"]["name"] not in suspended:
            yield f"build {build['metadata']['name']} is {state.get('reason', 'new')}: {state.get('message', '')}"


def ready(status):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))


# --- What is in it ------------------------------------------------------------------------------------------


def everything():
    """All objects of all kinds, in every namespace and outside of any, as (kind, namespace, name)."""
    found = set()
    for namespaced in ("true", "false"):
        kinds = kubectl("api-resources", "--verbs=list", f"--namespaced={namespaced}", "-o", "name").split()
        columns = "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name"
        everywhere = ["--all-namespaces"] if namespaced == "true" else []
        arguments = [*everywhere, "--no-headers", "-o", f"custom-columns={columns}"]
        for line in kubectl("get", ",".join(kinds), *arguments).splitlines():
            kind, namespace, name = line.split(None, 2)
            if kind not in PASSING:
                found.add((kind, namespace, name.strip()))
    return found


def added(before, kept):
    """What is there now and was not `before`, but for what `kept` (kind, namespace, name) says yes to."""
    for what in sorted(everything() - before):
        if not kept(*what):
            yield " ".join(what)


# --- Empty --------------------------------------------------------------------------------------------------


def empty(namespaces=("satis",)):
    """Takes away what an installation, the demo or an interrupted run has left, its data too."""
    for namespace in namespaces:
        for repository in items("satisrepositories", namespace):
            # Nobody may be there to let it go.
            name = f"satisrepository/{repository['metadata']['name']}"
            kubectl("-n", namespace, "patch", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
        kubectl("delete", "namespace", namespace, "--ignore-not-found")
    kubectl("delete", "persistentvolumes", "-l", "app.kubernetes.io/name=satis-operator", "--ignore-not-found")
    kubectl("delete", "priorityclass", "satis-operator", "--ignore-not-found")
    kubectl("delete", "-f", str(DEFINITIONS), "--ignore-not-found")
    for folder in ("output", "cache"):
        for child in pathlib.Path("/var/lib/satis-operator", folder).iterdir():
            shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()


def restore():
    """What the other tests find on this cluster."""
    kubectl("apply", "-f", str(DEFINITIONS))
