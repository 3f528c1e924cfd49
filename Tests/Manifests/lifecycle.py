"""Each overlay is installed on a real API server and taken away again by the commands of the README."""

import re
import shlex

from apiserver import complaints, kubectl, resource, send
from definitions import ROOT
from rendered import OLDEST, OPERATOR, SERVED, folders, name, of_kind, render
from schemas import FOREIGN

# What stays when all else has been taken away.
KEPT = {"namespace", "persistentvolume", "persistentvolumeclaim"}


def commands():
    """Those of the README, without the program."""
    text = (ROOT / "README.md").read_text().partition("## Taking it away")[2].partition("\n## ")[0]
    return [shlex.split(line)[1:] for line in re.findall(r"^    (kubectl .*)$", text, re.MULTILINE)]


def server_versions():
    """The groups with their versions, as an object names them."""
    text, _ = kubectl("api-versions")
    return set(text.split())


def unknown_by_right(folder, served):
    """PodDisruptionBudgets have another version on old servers; the Prometheus operator may not be there."""
    if folder.name in OLDEST:
        return FOREIGN | ({"policy/v1beta1"} if "policy/v1" in served else set())
    return FOREIGN | (set() if "policy/v1" in served else {"policy/v1"})


def listed(namespaced, *scope):
    """The objects of every type that can be deleted, by type and name."""
    text, _ = kubectl("api-resources", "--verbs=list,delete", f"--namespaced={namespaced}", "-o", "name")
    text, complaint = kubectl("get", ",".join(text.split()), *scope, "-o", "name", "--ignore-not-found")
    return [complaint] if complaint else text.split()


def left_behind(namespace):
    found = listed("true", "-n", namespace) + listed("false", "-l", "app.kubernetes.io/name=satis-operator")
    for line in found:
        # The definitions serve other installations as well.
        if line.partition("/")[0] not in KEPT | {"customresourcedefinition.apiextensions.k8s.io"}:
            yield f"{line} is still there"


def without_claims(namespace, documents):
    """The output is not taken away with the rest."""
    wanted = {f"persistentvolumeclaim/{name}" for name in of_kind(documents, "PersistentVolumeClaim")}
    for claim in sorted(wanted - set(listed("true", "-n", namespace))):
        yield f"{claim} is gone"


def without_rights(folder, namespace):
    """What a RoleBinding that names an account of another namespace would break, and one that goes too far."""
    serving = namespace
    if folder.name == OPERATOR:
        bindings = ROOT / "deploy" / "overlays" / SERVED / "role-bindings.yaml"
        serving = "served"
        yield from complaints(kubectl("create", "namespace", serving))
        yield from complaints(kubectl("apply", "-n", serving, "-f", str(bindings)))
        yield from rights("controller", namespace, {"default": "yes"}, "list", "satisbuilds.satis.dev")
        for verb in ("get", "list"):
            yield from rights("controller", namespace, {"default": "no", namespace: "no"}, verb, "secrets")
    if folder.name == SERVED:
        # The roles that it binds are not there without the operator.
        return
    for component, verb, resource in (
        ("controller", "create", "jobs.batch"),
        ("controller", "get", "secrets"),
        ("webhook", "create", "satisbuilds.satis.dev"),
    ):
        yield from rights(component, namespace, {serving: "yes", "default": "no"}, verb, resource)


def rights(component, home, answers, verb, resource):
    account = f"--as=system:serviceaccount:{home}:satis-{component}"
    for where, answer in answers.items():
        text, _ = kubectl("auth", "can-i", verb, resource, "-n", where, account)
        if text.strip() != answer:
            yield f"may satis-{component} {verb} {resource} in {where}? {text.strip()}"


def check_people(report):
    """components/people, by the roles themselves: no controller adds them to those of the cluster here."""
    roles = ROOT / "deploy" / "components" / "people" / "cluster-roles.yaml"
    findings = complaints(kubectl("apply", "-f", str(roles)))
    may = {
        "satis-view": {"list satisrepositories", "list satisbuilds"},
        "satis-edit": {"create satisbuilds", "patch satisbuilds", "delete satisbuilds"},
        "satis-admin": {"create satisrepositories", "patch satisrepositories", "delete satisrepositories"},
    }
    for role in may:
        name = f"{role}-person"
        binding = ("create", "rolebinding", role, "-n", "default", f"--clusterrole={role}", f"--user={name}")
        findings += complaints(kubectl(*binding))
        for right in sorted(set.union(*may.values()) | {"patch satisbuilds/status", "get secrets"}):
            verb, resource = right.split()
            asked = [verb, f"{resource.partition('/')[0]}.satis.dev" if resource != "secrets" else resource]
            asked += [f"--subresource={resource.partition('/')[2]}"] if "/" in resource else []
            text, _ = kubectl("auth", "can-i", *asked, "-n", "default", f"--as={name}")
            if (text.strip() == "yes") != (right in may[role]):
                findings.append(f"may {role} {right}? {text.strip()}")
    findings += complaints(kubectl("delete", "-f", str(roles)))
    report.check("server: people may do what components/people says", findings)


def install(report, folder, documents, served):
    label = folder.relative_to(ROOT)
    unknown = {document["apiVersion"] for document in documents} - served
    if not unknown:
        report.check(f"server: kubectl apply -k {label}", complaints(kubectl("apply", "-k", str(folder))))
        return
    findings = sorted(unknown - unknown_by_right(folder, served))
    for document in documents:
        if document["apiVersion"] in served:
            for complaint in complaints(kubectl("apply", "--validate=true", "-f", "-", send=document)):
                findings.append(f"{name(document)}: {complaint}")
    report.check(f"server: {label} is applied, but for {', '.join(sorted(unknown))}", findings)


def uninstall(folder, namespace):
    """The overlay for the base, and its namespace; the definitions are needed for the next one."""
    # What users make, and what a controller leaves behind.
    repository = {"config": {"inline": "{}"}, "output": {"claimName": "satis-output"}}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "satis-controller-leader"}}
    earlier = {"name": "satis-web-earlier", "labels": {"app.kubernetes.io/name": "satis-operator"}}
    setting = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": earlier}
    for document in (resource("SatisRepository", "packages", repository), lease, setting):
        yield from complaints(send("create", namespace=namespace, document=document))
    for arguments in commands():
        if "crds/" in arguments:
            continue
        places = {"deploy/": str(folder), "satis": namespace}
        complaint = kubectl(*[places.get(argument, argument) for argument in arguments])[1]
        for line in (complaint or "").splitlines():
            # A server that does not know a kind has none of it. Newer kustomizes advise against what older ones need.
            if "no matches for kind" not in line and not line.startswith(("ensure CRDs are installed", "# Warning:")):
                yield line


def check(report):
    served = server_versions()
    for folder in folders():
        documents, findings = render(folder)
        (namespace,) = of_kind(documents, "Namespace")
        label = folder.relative_to(ROOT)
        install(report, folder, documents, served)
        report.check(f"server: {label}: rights are there, and in no other namespace", without_rights(folder, namespace))
        report.check(f"server: {label} is taken away as the README says", [*findings, *uninstall(folder, namespace)])
        report.check(f"server: {label} leaves nothing but the volumes", left_behind(namespace))
        report.check(f"server: {label} leaves the volumes", without_claims(namespace, documents))


def check_definitions(report):
    """With all that has been made of them, which is why this comes last."""
    for path in sorted((ROOT / "crds").glob("*.yaml")):
        findings = complaints(kubectl("delete", "-f", str(path), "--timeout=60s"))
        report.check(f"server: {path.relative_to(ROOT)} is taken away", findings)
