"""The pod security profile "restricted", as the Kubernetes documentation of Pod Security Standards defines it."""

import copy

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}

# What a pod has to say, as the paths whose absence must be noticed; "*" stands for each container.
REQUIRED = (
    ("securityContext", "runAsNonRoot"),
    ("securityContext", "seccompProfile"),
    ("containers", "*", "securityContext", "allowPrivilegeEscalation"),
    ("containers", "*", "securityContext", "capabilities"),
)


def containers(pod):
    return pod.get("initContainers", []) + pod["containers"] + pod.get("ephemeralContainers", [])


def violations(pod):
    context = pod.get("securityContext", {})
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield f"{name} is not allowed"
    for volume in pod.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= VOLUMES:
            yield f"volume {volume['name']}: {', '.join(sorted(kinds - VOLUMES))} is not allowed"
    if context.get("sysctls"):
        yield "sysctls are not needed here"
    for container in containers(pod):
        for finding in container_violations(container, context):
            yield f"container {container['name']}: {finding}"


def container_violations(container, pod_context):
    context = container.get("securityContext", {})
    if context.get("privileged"):
        yield "privileged is not allowed"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "set securityContext.allowPrivilegeEscalation to false"
    if "ALL" not in context.get("capabilities", {}).get("drop", []):
        yield "drop ALL capabilities"
    if set(context.get("capabilities", {}).get("add", [])) - {"NET_BIND_SERVICE"}:
        yield "add no capabilities"
    if context.get("runAsNonRoot", pod_context.get("runAsNonRoot")) is not True:
        yield "set securityContext.runAsNonRoot of the pod to true"
    if context.get("runAsUser", pod_context.get("runAsUser")) == 0:
        yield "runAsUser 0 is root"
    profile = context.get("seccompProfile", pod_context.get("seccompProfile", {})).get("type")
    if profile not in ("RuntimeDefault", "Localhost"):
        yield "set securityContext.seccompProfile.type of the pod to RuntimeDefault"
    if context.get("procMount", "Default") != "Default":
        yield "procMount is not allowed"
    for port in container.get("ports", []):
        if port.get("hostPort"):
            yield "hostPort is not allowed"


def unnoticed(pod):
    """The required fields that could be removed from a good pod without a violation: a check of this check."""
    for path in REQUIRED:
        crippled = copy.deepcopy(pod)
        remove(crippled, path)
        if not list(violations(crippled)):
            yield f"the removal of {'.'.join(path)} goes unnoticed"


def remove(value, path):
    first, rest = path[0], path[1:]
    if first == "*":
        for item in value:
            remove(item, rest)
    elif rest:
        remove(value[first], rest)
    else:
        del value[first]
