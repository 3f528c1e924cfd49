"""What `kubectl kustomize` makes of deploy/, judged as a whole: valid, restricted, least privilege, nothing dangling."""

import pathlib
import re
import subprocess
import sys

import yaml

import restricted
from definitions import ROOT
from schemas import validate

# The one that kustomize is pinned with; what it renders does not depend on the machine.
KUBECTL = pathlib.Path(sys.executable).with_name("kubectl")

# The oldest, two between, of which the second is the first that the plain resource definitions are for, the newest.
VERSIONS = ("1.20", "1.25", "1.29", "1.37")
# For the oldest server alone, and for its kubectl: some kinds have a name there that later ones know no more,
OLDEST = {"kubernetes-1.20", "local"}
# and the present name is not known there.
UNKNOWN_TO_OLDEST = {"policy/v1"}

# All that the kustomize in kubectl 1.20 knows of what could be used here.
KNOWN_TO_OLDEST = {
    "apiVersion",
    "kind",
    "namespace",
    "bases",
    "resources",
    "images",
    "generatorOptions",
    "configMapGenerator",
    "patchesJson6902",
}

CLUSTER_WIDE = {"Namespace", "PersistentVolume", "PriorityClass", "ClusterRole", "ClusterRoleBinding"}

# The operator for all namespaces, and what a namespace needs that it serves: the one refers to what the other has.
OPERATOR, SERVED = "cluster-wide", "served-namespace"


def folders():
    """The base and the overlays; the kustomization at the top has to be the base and nothing else."""
    files = sorted((ROOT / "deploy" / "overlays").rglob("kustomization.yaml"))
    return [ROOT / "deploy" / "base"] + [file.parent for file in files]


def render(folder):
    """The objects, and kubectl's complaint if there is one."""
    result = subprocess.run([KUBECTL, "kustomize", str(folder)], capture_output=True, text=True)
    if result.returncode != 0:
        return [], [result.stderr.strip()]
    return [document for document in yaml.safe_load_all(result.stdout) if document], []


def name(document):
    return f"{document['kind']} {document['metadata']['name']}"


def of_kind(documents, kind):
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def pods(documents):
    for document in of_kind(documents, "Deployment").values():
        yield name(document), document["spec"]["template"]["spec"]


def misplaced(documents):
    namespaces = of_kind(documents, "Namespace").keys()
    for document in documents:
        if document["kind"] not in CLUSTER_WIDE and document["metadata"].get("namespace") not in namespaces:
            yield f"{name(document)}: not in the namespace that is installed"


def unenforced(documents):
    for document in of_kind(documents, "Namespace").values():
        if document["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name(document)}: label it pod-security.kubernetes.io/enforce=restricted"


def insecure(documents):
    for owner, pod in pods(documents):
        for finding in list(restricted.violations(pod)) or restricted.unnoticed(pod):
            yield f"{owner}: {finding}"


def careless(documents):
    for owner, pod in pods(documents):
        if "automountServiceAccountToken" not in pod:
            yield f"{owner}: say by automountServiceAccountToken whether it needs a token"
        for container in restricted.containers(pod):
            where = f"{owner}, container {container['name']}"
            if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
                yield f"{where}: set securityContext.readOnlyRootFilesystem to true"
            for probe in ("livenessProbe", "readinessProbe"):
                if probe not in container:
                    yield f"{where}: add a {probe}"
            for kind in ("requests", "limits"):
                for resource in ("cpu", "memory"):
                    if resource not in container.get("resources", {}).get(kind, {}):
                        yield f"{where}: add {kind} of {resource}"
            image = container["image"].rpartition("/")[2]
            if "@" not in image and (":" not in image or image.endswith(":latest")):
                yield f"{where}: give the image {container['image']} a version in kustomization.yaml"


def excessive(documents, is_cluster_wide=False):
    bindings = [d for d in documents if d["kind"] in ("RoleBinding", "ClusterRoleBinding")]
    bound = {subject["name"] for binding in bindings for subject in binding["subjects"]}
    # What the webhook service may do is a matter of the namespaces that it serves.
    bound |= {"satis-webhook"} if is_cluster_wide else set()
    for document in documents:
        # Roles that are added to those of the cluster give nobody anything in a namespace by themselves.
        adds = any("/aggregate-to-" in label for label in document["metadata"].get("labels", {}))
        if document["kind"].startswith("ClusterRole") and not adds and not is_cluster_wide:
            yield f"{name(document)}: nothing here needs rights in other namespaces"
        for rule in document.get("rules", []):
            if any("*" in rule.get(part, []) for part in ("apiGroups", "resources", "verbs")):
                yield f"{name(document)}: name what is allowed instead of *"
    for owner, pod in pods(documents):
        account = pod.get("serviceAccountName", "default")
        if pod.get("automountServiceAccountToken") and account not in bound:
            yield f"{owner}: mounts a token of {account}, which may do nothing"
        if not pod.get("automountServiceAccountToken") and account in bound:
            yield f"{owner}: runs as {account} and has no token of it"


def dangling(documents):
    """What is referred to and is not there."""
    maps = of_kind(documents, "ConfigMap")
    there = {(document["kind"], document["metadata"]["name"]) for document in documents}
    for owner, pod in pods(documents):
        wanted = {("ServiceAccount", pod["serviceAccountName"])} if "serviceAccountName" in pod else set()
        for volume in pod.get("volumes", []):
            for source in [volume, *volume.get("projected", {}).get("sources", [])]:
                if "configMap" in source:
                    wanted.add(("ConfigMap", source["configMap"]["name"]))
            if "persistentVolumeClaim" in volume:
                wanted.add(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]))
        for container in restricted.containers(pod):
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("configMapKeyRef")
                if reference:
                    wanted.add(("ConfigMap", reference["name"]))
                    if reference["key"] not in maps.get(reference["name"], {}).get("data", {}):
                        yield f"{owner}: ConfigMap {reference['name']} has no key {reference['key']}"
        for kind, wanted_name in sorted(wanted - there):
            yield f"{owner}: there is no {kind} {wanted_name}"
    for binding in of_kind(documents, "RoleBinding").values():
        yield from unbound(binding, there, binding["metadata"]["namespace"])
    deployments = of_kind(documents, "Deployment").values()
    for budget in of_kind(documents, "PodDisruptionBudget").values():
        wanted_labels = budget["spec"]["selector"]["matchLabels"].items()
        if not any(wanted_labels <= d["spec"]["template"]["metadata"]["labels"].items() for d in deployments):
            yield f"{name(budget)}: it selects no Deployment"


def unbound(binding, there, home):
    """`home`: where the accounts are that the binding names."""
    wanted = {(binding["roleRef"]["kind"], binding["roleRef"]["name"])}
    wanted |= {(subject["kind"], subject["name"]) for subject in binding["subjects"]}
    for kind, wanted_name in sorted(wanted - there):
        yield f"{name(binding)}: there is no {kind} {wanted_name}"
    for subject in binding["subjects"]:
        if subject["namespace"] != home:
            yield f"{name(binding)}: {subject['name']} is sought in the namespace {subject['namespace']}"


def leaderless(documents):
    """kustomize takes the name in a Role for that of a generated ConfigMap of the same name, and adds its hash."""
    source = (ROOT / "Sources/satis-operator/ControllerCommand.swift").read_text()
    lease = re.search(r'var leaseName = "([^"]+)"', source).group(1)
    for role in of_kind(documents, "Role").values():
        for rule in role["rules"]:
            if "leases" in rule["resources"] and rule.get("resourceNames", [lease]) != [lease]:
                yield f"{name(role)}: the Lease is called {lease}, not {rule['resourceNames']}"


def misdirected(documents):
    """Services that reach no Deployment or several, or a port that it does not have."""
    deployments = of_kind(documents, "Deployment").values()
    for service in of_kind(documents, "Service").values():
        selector = service["spec"]["selector"].items()
        reached = [d for d in deployments if selector <= d["spec"]["template"]["metadata"]["labels"].items()]
        if len(reached) != 1:
            yield f"{name(service)}: selects {len(reached)} Deployments instead of one"
            continue
        ports = {p["name"] for c in reached[0]["spec"]["template"]["spec"]["containers"] for p in c.get("ports", [])}
        for port in service["spec"]["ports"]:
            if port["targetPort"] not in ports:
                yield f"{name(service)}: {name(reached[0])} has no port {port['targetPort']}"


def more_than_base():
    kustomization = yaml.safe_load((ROOT / "deploy" / "kustomization.yaml").read_text())
    extra = kustomization.keys() - {"apiVersion", "kind", "resources"}
    if extra or kustomization.get("resources") != ["base"]:
        yield "deploy/kustomization.yaml: put everything into deploy/base; kubectl 1.20 can render that only"


def invalid(documents, version, unknown_to_oldest=UNKNOWN_TO_OLDEST):
    """What the schemas of a version refuse. `unknown_to_oldest`: what overlays/kubernetes-1.20 is there for."""
    for document in documents:
        if version != VERSIONS[0] or document["apiVersion"] not in unknown_to_oldest:
            yield from validate(document, version)


def too_new(folder):
    """What the oldest kubectl does not know, or passes over in silence."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for key in sorted(kustomization.keys() - KNOWN_TO_OLDEST):
        yield f"{key}: kubectl 1.20 does not know it; the oldest that it knows is another way"
    for resource in kustomization.get("resources", []):
        if not (folder / resource).is_file():
            yield f"{resource}: kubectl 1.20 takes folders as bases only"


def check(report):
    report.check("deploy is deploy/base", more_than_base())
    for folder in folders():
        label = folder.relative_to(ROOT)
        documents, complaints = render(folder)
        report.check(f"{label} renders ({len(documents)} objects)", complaints)
        if folder.name in OLDEST | {"base"}:
            report.check(f"{label} can be rendered by kubectl 1.20", too_new(folder))
        for version in VERSIONS[:1] if folder.name in OLDEST else VERSIONS:
            findings = invalid(documents, version, set() if folder.name in OLDEST else UNKNOWN_TO_OLDEST)
            report.check(f"{label} is valid for Kubernetes {version}", findings)
        report.check(f"{label}: everything is in its namespace", misplaced(documents))
        report.check(f"{label}: the namespace enforces restricted", unenforced(documents))
        report.check(f"{label}: pods keep to restricted", insecure(documents))
        report.check(f"{label}: pods have limits, probes and versions", careless(documents))
        rights = excessive(documents, is_cluster_wide=folder.name == OPERATOR)
        report.check(f"{label}: rights are named, and held by what uses them", rights)
        # What the namespaces have that are served refers to the operator elsewhere; cluster.py looks at both together.
        own = [d for d in documents if folder.name != SERVED or d["kind"] != "RoleBinding"]
        report.check(f"{label}: whatever is referred to is there", dangling(own))
        report.check(f"{label}: the controllers may use their Lease", leaderless(documents))
        report.check(f"{label}: services reach their pods", misdirected(documents))
