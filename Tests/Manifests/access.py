"""What the components may reach, who may reach them, and what the API server lets them do, as a table for review."""

import difflib
import re

from definitions import ROOT
from network import End, may_connect
from network_cases import wrong
from rendered import OPERATOR, SERVED, of_kind, pods, render

TABLE = ROOT / "Tests" / "Manifests" / "access.txt"
COMMAND = "Tests/Manifests/check --update"
HEADER = f"# What deploy/ allows, as Tests/Manifests/access.py reads it. After a change: {COMMAND}\n"

# Beside the ports that any manifest names, these stand for all others.
OTHER_PORTS = {25, 3306, 9100, 10250}


def build_labels():
    """Those of the pods that the controller makes."""
    source = (ROOT / "Sources/SatisAPI/Resources/ResourceNames.swift").read_text()
    constant = {name: value for name, value in re.findall(r'static let (\w+) = "([^"]+)"', source)}
    return {
        constant["managedByLabel"]: constant["manager"],
        constant["componentLabel"]: constant["buildComponent"],
    }


def components(documents):
    """The pods of the installation and of its builds."""
    for number, document in enumerate(of_kind(documents, "Deployment").values()):
        template = document["spec"]["template"]
        ports = {p["name"]: p["containerPort"] for c in template["spec"]["containers"] for p in c.get("ports", [])}
        namespace = document["metadata"]["namespace"]
        labels = template["metadata"]["labels"]
        yield End(labels["app.kubernetes.io/component"], f"10.0.0.{number + 1}", namespace, labels, {}, ports)
    yield End("build", "10.0.0.100", namespace, build_labels())


def strangers(namespace):
    return [
        End("another pod of the namespace", "10.0.0.200", namespace),
        End("prometheus elsewhere", "10.0.1.1", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
        End("any pod elsewhere", "10.0.1.2", "elsewhere", {"app": "anything"}),
        End("the internet", "192.0.2.1"),
    ]


def addresses():
    """What is only called."""
    return [
        End("the internet (IPv6)", "2001:db8::1"),
        End("cloud metadata", "169.254.169.254"),
        End("cloud metadata (IPv6)", "fd00:ec2::254"),
    ]


def ports(policies, ends):
    """All that could make a difference."""
    named = {(port, "TCP") for port in OTHER_PORTS}
    for end in ends:
        named |= {(port, "TCP") for port in end.ports.values()}
    for policy in policies:
        for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", []):
            for port in rule.get("ports", []):
                if isinstance(port.get("port"), int):
                    named |= {(port["port"], protocol) for protocol in ("TCP", "UDP")}
    return sorted(named)


def connections(documents):
    policies = of_kind(documents, "NetworkPolicy").values()
    own = list(components(documents))
    foreign = strangers(own[0].namespace)
    candidates = ports(policies, own)
    for source in own + foreign:
        for target in own + foreign + addresses():
            # What strangers do with each other is no business of these policies.
            if source is target or (source not in own and target not in own):
                continue
            open_ports = [f"{n}/{p}" for n, p in candidates if may_connect(policies, source, target, n, p)]
            if len(open_ports) == len(candidates):
                open_ports = ["everything"]
            if open_ports:
                yield f"{source.name} -> {target.name}: {' '.join(open_ports)}"


def rights(documents, kind="RoleBinding", roles=()):
    """By account and resource; a RoleBinding counts in its own namespace only. `roles`: where others are defined."""
    known = {(role["kind"], role["metadata"]["name"]): role for role in [*documents, *roles] if "rules" in role}
    accounts = dict.fromkeys(of_kind(documents, "ServiceAccount"), ())
    for binding in of_kind(documents, kind).values():
        role = known[binding["roleRef"]["kind"], binding["roleRef"]["name"]]
        for subject in binding["subjects"]:
            accounts[subject["name"]] = (*accounts.get(subject["name"], ()), *role["rules"])
    for account, rules in sorted(accounts.items()):
        if not rules:
            yield f"{account}: nothing"
        yield from sorted(f"{account}: {line}" for line in merged(rules))


def merged(rules):
    verbs = {}
    for rule in rules:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                name = ".".join(filter(None, [resource, group]))
                for only in rule.get("resourceNames", [""]):
                    verbs.setdefault(f"{name} {only}".strip(), set()).update(rule["verbs"])
    for resource, allowed in verbs.items():
        yield f"{resource}: {' '.join(sorted(allowed))}"


def tokens(documents):
    for owner, pod in pods(documents):
        account = pod.get("serviceAccountName", "default")
        yield f"{owner}: {f'token of {account}' if pod['automountServiceAccountToken'] else 'no token'}"


def people(operator):
    """By the role of the cluster that has them, too."""
    label = "rbac.authorization.k8s.io/aggregate-to-"
    for role in of_kind(operator, "ClusterRole").values():
        for key in role["metadata"]["labels"]:
            if key.startswith(label):
                yield from sorted(f"{key.removeprefix(label)}: {line}" for line in merged(role["rules"]))


def table():
    folders = ("base", f"overlays/{OPERATOR}", f"overlays/{SERVED}")
    (base, operator, served), complaints = zip(*(render(ROOT / "deploy" / folder) for folder in folders))
    if any(complaints):
        return "\n".join(sum(complaints, []))
    parts = (
        ("Who may connect to whom, at which ports", connections(base)),
        ("Who is known to the API server", tokens(base)),
        ("What the API server lets them do, in their namespace", rights(base)),
        (f"With {OPERATOR}: in every namespace", rights(operator, "ClusterRoleBinding")),
        (f"With {OPERATOR}: in the operator's namespace", rights(operator)),
        (f"With {SERVED}: in this namespace", rights(served, roles=operator)),
        ("What components/people adds to the roles of the cluster", people(operator)),
    )
    return HEADER + "".join(f"\n{title}\n\n" + "".join(f"  {line}\n" for line in lines) for title, lines in parts)


def changes():
    old, new = TABLE.read_text() if TABLE.exists() else "", table()
    if old == new:
        return
    yield from difflib.unified_diff(old.splitlines(), new.splitlines(), TABLE.name, "deploy", n=0, lineterm="")
    yield f"if that is what you want, run `{COMMAND}` and commit the result"


def write():
    TABLE.write_text(table())


def check(report):
    report.check("network policies are read as Kubernetes reads them", wrong())
    report.check("who may reach whom, and do what, is as Tests/Manifests/access.txt says", changes())
