"""What the evaluator of network.py has to answer, each case by itself."""

from network import End, may_connect

ASKING = End("asking", "10.0.0.1", "here", {"app": "a"}, {"team": "x"})
ANSWERING = End("answering", "10.0.0.2", "here", {"app": "b"}, {"team": "x"}, {"http": 8080})
STRANGER = End("stranger", "10.0.0.3", "there", {"app": "a"}, {"team": "y"})
OUTSIDE = End("outside", "192.0.2.1")
METADATA = End("metadata", "169.254.169.254")


def policy(spec, namespace="here"):
    return {"metadata": {"namespace": namespace}, "spec": spec}


DENY = policy({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
ALL_IN = policy({"podSelector": {}, "ingress": [{}]})
ALL_OUT = policy({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]})


def into(rule, selector=None):
    return policy({"podSelector": selector or {}, "policyTypes": ["Ingress"], "ingress": [rule]})


def out(rule):
    return policy({"podSelector": {}, "policyTypes": ["Egress"], "egress": [rule]})


PEER = {"podSelector": {"matchLabels": {"app": "a"}}}
ELSEWHERE = {"namespaceSelector": {"matchLabels": {"team": "y"}}}
BLOCK = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}
HTTP = {"ports": [{"port": "http"}]}
NOT_B = {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["b"]}]}
WITH_TEAM = {"matchExpressions": [{"key": "team", "operator": "Exists"}]}

# What is asked, the policies, source, target, port, and the answer.
CASES = (
    ("no policy lets all through", [], ASKING, ANSWERING, 1, True),
    ("a denial denies", [DENY], ASKING, ANSWERING, 1, False),
    ("a denial of another namespace does not", [policy(DENY["spec"], "there")], ASKING, ANSWERING, 1, True),
    ("who may leave may not yet enter", [DENY, ALL_OUT], ASKING, ANSWERING, 1, False),
    ("who may enter may not yet leave", [DENY, ALL_IN], ASKING, ANSWERING, 1, False),
    ("both together are enough", [DENY, ALL_IN, ALL_OUT], ASKING, ANSWERING, 1, True),
    ("ingress alone implies no egress", [ALL_IN], ASKING, OUTSIDE, 1, True),
    ("a named port is the target's", [into(HTTP)], ASKING, ANSWERING, 8080, True),
    ("and no other one", [into(HTTP)], ASKING, ANSWERING, 80, False),
    ("a name that the target does not have", [out(HTTP)], ASKING, OUTSIDE, 8080, False),
    ("TCP is what is meant", [into({"ports": [{"port": 53, "protocol": "UDP"}]})], ASKING, ANSWERING, 53, False),
    ("a range has an end", [into({"ports": [{"port": 1, "endPort": 9}]})], ASKING, ANSWERING, 9, True),
    ("and nothing beyond it", [into({"ports": [{"port": 1, "endPort": 9}]})], ASKING, ANSWERING, 10, False),
    ("a peer by its label", [into({"from": [PEER]})], ASKING, ANSWERING, 1, True),
    ("not of another namespace", [into({"from": [PEER]})], STRANGER, ANSWERING, 1, False),
    ("a peer by its namespace", [into({"from": [ELSEWHERE]})], STRANGER, ANSWERING, 1, True),
    ("by both at once", [into({"from": [{**PEER, **ELSEWHERE}]})], ASKING, ANSWERING, 1, False),
    ("nobody from outside", [into({"from": [{"namespaceSelector": {}}]})], OUTSIDE, ANSWERING, 1, False),
    ("a block of addresses", [out({"to": [BLOCK]})], ASKING, OUTSIDE, 1, True),
    ("less its exceptions", [out({"to": [BLOCK]})], ASKING, METADATA, 1, False),
    ("a selector that leaves out the target", [into(HTTP, NOT_B)], ASKING, ANSWERING, 1, True),
    ("a label that is not there", [into(HTTP, WITH_TEAM)], ASKING, ANSWERING, 1, True),
)


def wrong():
    for name, policies, source, target, port, answer in CASES:
        if may_connect(policies, source, target, port) != answer:
            yield f"{name}: the answer should be {answer}"
