"""What callers depend on: calls that are not cut off, pods that end without losing one, probes that callers cannot fail."""

import re

from definitions import ROOT
from rendered import folders, name, of_kind, render

SOURCES = ROOT / "Sources"
BODY_SIZE = "nginx.ingress.kubernetes.io/proxy-body-size"
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
# What nginx takes where nothing is said.
NGINX_BODY_SIZE = "1m"
# Nodes and Ingress controllers hear of a pod that goes within that, as a rule.
PAUSE = 5
# Kubernetes' own, where nothing is said.
GRACE = 30


def seconds(file, variable):
    text = (SOURCES / file).read_text()
    found = re.search(rf"\b{variable}: Duration = \.seconds\((\d+)\)", text)
    if not found:
        raise SystemExit(f"Sources/{file} has no {variable} in seconds: change Tests/Manifests/serving.py")
    return int(found.group(1))


def longest_call():
    """Seconds that the webhook service may need for a call whose connection has just been made."""
    limits = "SatisWebhook/Serving/ServingLimits.swift"
    serving = sum(seconds(limits, variable) for variable in ("headerTime", "bodyTime", "lingerTime"))
    return serving + seconds("SatisWebhook/WebhookService.swift", "timeLimit")


def largest_body():
    """Bytes of the largest body that the webhook service takes, of whichever git host."""
    given = r"maximumBodyBytes(?::\s*Int)?\s*(?:=|\{)\s*(\d+)\s*<<\s*(\d+)"
    texts = [path.read_text() for path in sorted((SOURCES / "SatisWebhook/Hosts").glob("*.swift"))]
    sizes = [int(number) << int(shift) for text in texts for number, shift in re.findall(given, text)]
    if not sizes:
        raise SystemExit("Sources/SatisWebhook/Hosts has no maximumBodyBytes: change Tests/Manifests/serving.py")
    return max(sizes)


def size(text):
    number, unit = re.fullmatch(r"(\d+)([kmg]?)", text.lower()).groups()
    return int(number) * UNITS[unit]


def backends(ingress):
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            yield path["backend"]["service"]["name"]


def narrow(documents):
    """Ingresses that cut off calls which the service behind them would take."""
    for ingress in of_kind(documents, "Ingress").values():
        if "satis-webhook" in backends(ingress) and ingress["spec"]["ingressClassName"] == "nginx":
            given = ingress["metadata"].get("annotations", {}).get(BODY_SIZE, NGINX_BODY_SIZE)
            if size(given) != largest_body():
                yield f"{name(ingress)}: takes bodies of {given}, the service {largest_body()} bytes: set {BODY_SIZE}"


def called(documents):
    """Each Deployment that Services lead to, its container, and the ports that they lead to."""
    for deployment in of_kind(documents, "Deployment").values():
        template = deployment["spec"]["template"]
        ports = {
            port["targetPort"]
            for service in of_kind(documents, "Service").values()
            if service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
            for port in service["spec"]["ports"]
        }
        if ports:
            (container,) = template["spec"]["containers"]
            yield deployment, container, ports


def abrupt(documents):
    """Pods that are replaced one by one, and end while calls are still led to them or on their way."""
    for deployment, container, _ in called(documents):
        if deployment["spec"].get("strategy", {}).get("type") == "Recreate":
            continue
        command = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
        # The action "sleep" of preStop is not known to Kubernetes 1.20.
        if command[:1] != ["sleep"] or int(command[1]) < PAUSE:
            yield f"{name(deployment)}: let preStop execute sleep {PAUSE}"
            continue
        needed = int(command[1]) + (longest_call() if deployment["metadata"]["name"] == "satis-webhook" else 0)
        grace = deployment["spec"]["template"]["spec"].get("terminationGracePeriodSeconds", GRACE)
        if grace <= needed:
            yield f"{name(deployment)}: a call may end {needed} s after the pod's end has begun, and {grace} s are given"


def exhaustible(documents):
    """Liveness that callers can take away, and readiness that does not see what callers see."""
    for deployment, container, ports in called(documents):
        own = {port["name"] for port in container["ports"]} - ports
        if own and container["livenessProbe"]["httpGet"]["port"] not in own:
            yield f"{name(deployment)}: callers can use up the port of livenessProbe: take one of {sorted(own)}"
        if container["readinessProbe"]["httpGet"]["port"] not in ports:
            yield f"{name(deployment)}: let readinessProbe ask at a port that callers use: {sorted(ports)}"


def entangled(documents):
    """Pods that wait for a volume which the pod that they are to replace holds on another node."""
    claims = of_kind(documents, "PersistentVolumeClaim")
    for deployment in of_kind(documents, "Deployment").values():
        for volume in deployment["spec"]["template"]["spec"].get("volumes", []):
            claim = claims.get(volume.get("persistentVolumeClaim", {}).get("claimName"))
            if claim is None or "ReadWriteMany" in claim["spec"]["accessModes"]:
                continue
            if deployment["spec"].get("strategy") != {"type": "Recreate"} or deployment["spec"]["replicas"] != 1:
                yield f"{name(deployment)}: {name(claim)} is for one node: one replica, and the strategy Recreate"


JUDGES = {
    "an Ingress takes the bodies that the webhook takes": narrow,
    "pods that are called end after the last call": abrupt,
    "callers can make no pod fail its livenessProbe": exhaustible,
    "no two pods want a volume for one node": entangled,
}


def check(report):
    rendered = [(folder.relative_to(ROOT), *render(folder)) for folder in folders()]
    for sentence, judge in JUDGES.items():
        findings = [f"{label}: {finding}" for label, documents, _ in rendered for finding in judge(documents)]
        findings += [f"{label}: {complaint}" for label, _, complaints in rendered for complaint in complaints]
        report.check(sentence, findings)
