"""deploy/overlays/cluster-wide and served-namespace, which are one installation: what is for all and what for some."""

from definitions import ROOT
from rendered import OPERATOR, SERVED, name, of_kind, render, unbound

OVERLAYS = ROOT / "deploy" / "overlays"
# Who may read or write these everywhere could do what it likes.
NEVER_CLUSTER_WIDE = {"secrets", "serviceaccounts", "pods/exec", "roles", "rolebindings"}
# All that seeing takes, and saying how things stand.
SEEING, SAYING = {"list", "watch"}, {"satisrepositories/status", "satisbuilds/status"}


def rules(role):
    """One triple for each thing that is allowed, names included."""
    return {
        (group, resource, verb, only)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for only in rule.get("resourceNames", [""])
    }


def too_much(operator):
    roles = of_kind(operator, "ClusterRole")
    for binding in of_kind(operator, "ClusterRoleBinding").values():
        for _, resource, verb, _ in sorted(rules(roles[binding["roleRef"]["name"]])):
            if resource in NEVER_CLUSTER_WIDE or verb not in SEEING and (resource not in SAYING or verb != "patch"):
                yield f"{name(binding)}: {verb} {resource} is for the namespaces that allow it"


def different(operator, base):
    """A served namespace gives the rights that a namespace with an operator of its own gives, but for the Lease."""
    for component in ("controller", "webhook"):
        account = f"satis-{component}"
        served = rules(of_kind(operator, "ClusterRole")[f"{account}-namespace"])
        own = {rule for rule in rules(of_kind(base, "Role")[account]) if rule[1] != "leases"}
        for what, found in (("lacks", own - served), ("has, beside those of base,", served - own)):
            for group, resource, verb, _ in sorted(found):
                yield f"ClusterRole {account}-namespace {what} {verb} {resource} {group}"


def elsewhere(operator, served):
    (home,) = of_kind(operator, "Namespace")
    there = {(document["kind"], document["metadata"]["name"]) for document in operator}
    bindings = [*of_kind(served, "RoleBinding").values(), *of_kind(operator, "ClusterRoleBinding").values()]
    for binding in bindings:
        yield from unbound(binding, there, home)


def missing(operator, served, base):
    """Nothing of the base is in neither of the two."""
    both = {(d["kind"], d["metadata"]["name"]) for d in [*operator, *served]}
    # Namespaces have names of their own, and the webhook service has rights in those only that are served.
    others = {("Role", "satis-webhook"), ("RoleBinding", "satis-webhook")}
    for document in base:
        key = (document["kind"], document["metadata"]["name"])
        if document["kind"] != "Namespace" and key not in both | others:
            yield f"{name(document)} is neither with the operator nor in a namespace that is served"


def deaf(operator):
    for deployment in of_kind(operator, "Deployment").values():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        if "--all-namespaces" not in container["args"] or any("--namespace=" in a for a in container["args"]):
            yield f"{name(deployment)}: does not serve all namespaces"


def check(report):
    operator, complaints = render(OVERLAYS / OPERATOR)
    served, more = render(OVERLAYS / SERVED)
    base, _ = render(ROOT / "deploy" / "base")
    complaints += more
    for what, findings in (
        ("nothing is allowed everywhere but to see and to say", too_much(operator)),
        ("a served namespace gives the rights of base", different(operator, base)),
        ("a served namespace names the operator's accounts", elsewhere(operator, served)),
        ("both overlays together have all of base", missing(operator, served, base)),
        ("the operator serves all namespaces", deaf(operator)),
    ):
        report.check(f"cluster-wide: {what}", complaints or findings)
