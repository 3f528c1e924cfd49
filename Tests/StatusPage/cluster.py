"""The API server that SATIS_TEST_KUBECONFIG names, over one connection: a thousand builds are many requests."""

import base64
import datetime
import http.client
import json
import os
import ssl
import subprocess
import urllib.parse

NAMESPACE = "status-page"
START = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def moment(seconds):
    """A time of Kubernetes, this many seconds from the start of the test."""
    return (START + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def condition(kind, status, reason, message=""):
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "observedGeneration": 1,
        "lastTransitionTime": moment(0),
    }


# What status goes with a reason of a build.
STATUSES = {"Queued": "Unknown", "Running": "Unknown", "Retrying": "Unknown", "Succeeded": "True"}


class Cluster:
    def __init__(self):
        command = ["kubectl", "--kubeconfig", os.environ["SATIS_TEST_KUBECONFIG"], "config", "view", "--raw"]
        view = json.loads(subprocess.run([*command, "-o", "json"], capture_output=True, check=True).stdout)
        cluster = view["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.token = next(user["user"]["token"] for user in view["users"] if "token" in user["user"])
        address = urllib.parse.urlsplit(cluster["server"])
        context = ssl.create_default_context(cadata=authority)
        self.connection = http.client.HTTPSConnection(address.hostname, address.port, context=context, timeout=30)
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})

    def ask(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {text.decode()}")
        return json.loads(text)

    def path(self, plural, name=None, subresource=None):
        parts = [f"/apis/satis.dev/v1alpha1/namespaces/{NAMESPACE}/{plural}", name, subresource]
        return "/".join(part for part in parts if part)

    def create(self, kind, plural, name, spec):
        document = {"apiVersion": "satis.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        self.ask("POST", self.path(plural), document)

    def report(self, plural, name, status):
        """As the controller does, through the subresource."""
        self.ask("PATCH", self.path(plural, name, "status"), {"status": status}, "application/merge-patch+json")

    def create_repository(self, name, status):
        output = {"claimName": "satis-output", "path": name}
        self.create("SatisRepository", "satisrepositories", name, {"config": {"inline": "{}"}, "output": output})
        self.report("satisrepositories", name, status)

    def create_build(self, name, repository="packages", reason=None, source=None, **more):
        spec = {"repositoryRef": {"name": repository}}
        if source:
            spec["source"] = {"url": source}
            spec["trigger"] = {"type": "Webhook", "provider": "github", "ref": "refs/heads/main", "actor": "alex"}
        self.create("SatisBuild", "satisbuilds", name, spec)
        if reason:
            self.set_build(name, reason, **more)

    def set_build(self, name, reason, message="", start=None, end=None, **more):
        status = {"conditions": [condition("Succeeded", STATUSES.get(reason, "False"), reason, message)], **more}
        if start is not None:
            status["startTime"] = moment(start)
        if end is not None:
            status["completionTime"] = moment(end)
        self.report("satisbuilds", name, status)

    def delete_build(self, name):
        self.ask("DELETE", self.path("satisbuilds", name))
