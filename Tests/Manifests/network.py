"""Whether NetworkPolicies let one end of a connection reach the other: a function of the manifests, without a cluster."""

import dataclasses
import ipaddress


@dataclasses.dataclass(frozen=True)
class End:
    """A pod, or with no namespace whatever else has the address."""

    name: str
    address: str
    namespace: str = ""
    labels: dict = dataclasses.field(default_factory=dict)
    namespace_labels: dict = dataclasses.field(default_factory=dict)
    ports: dict = dataclasses.field(default_factory=dict)


def may_connect(policies, source, target, port, protocol="TCP"):
    """Both ends have to agree: the source by its egress, the target by its ingress."""
    leaving = agrees(policies, "Egress", source, target, target, port, protocol)
    return leaving and agrees(policies, "Ingress", target, source, target, port, protocol)


def agrees(policies, direction, pod, other, target, port, protocol):
    """A pod that no policy of a direction selects lets everything through; else one rule of one of them is enough."""
    if not pod.namespace:
        return True
    selecting = [policy for policy in policies if direction in directions(policy) and selects(policy, pod)]
    field, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    rules = [rule for policy in selecting for rule in policy["spec"].get(field, [])]
    return not selecting or any(
        has_port(rule.get("ports", []), target, port, protocol)
        and has_peer(rule.get(peers, []), other, pod.namespace)
        for rule in rules
    )


def directions(policy):
    implied = ["Ingress", "Egress"] if "egress" in policy["spec"] else ["Ingress"]
    return policy["spec"].get("policyTypes", implied)


def selects(policy, pod):
    return policy["metadata"]["namespace"] == pod.namespace and matches(policy["spec"]["podSelector"], pod.labels)


def has_port(ports, target, port, protocol):
    """No ports are all ports. A name is the target's."""
    for wanted in ports:
        if wanted.get("protocol", "TCP") != protocol:
            continue
        first = wanted.get("port")
        if isinstance(first, str):
            first = target.ports.get(first, -1)
        if first is None or first <= port <= wanted.get("endPort", first):
            return True
    return not ports


def has_peer(peers, end, namespace):
    """No peers are all peers."""
    return not peers or any(is_peer(peer, end, namespace) for peer in peers)


def is_peer(peer, end, namespace):
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return within(end.address, block["cidr"]) and not any(within(end.address, e) for e in block.get("except", []))
    if not end.namespace:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], end.namespace_labels):
            return False
    elif end.namespace != namespace:
        return False
    return matches(peer.get("podSelector", {}), end.labels)


def within(address, block):
    return ipaddress.ip_address(address) in ipaddress.ip_network(block)


def matches(selector, labels):
    """An empty selector takes all."""
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        holds(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def holds(expression, labels):
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]
