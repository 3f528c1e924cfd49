"""The API server that SATIS_TEST_KUBECONFIG names, by kubectl."""

import json
import os
import subprocess


def kubectl(*arguments, send=None):
    """stdout, and the complaint where it failed."""
    command = ["kubectl", "--kubeconfig", os.environ["SATIS_TEST_KUBECONFIG"], *arguments]
    text = None if send is None else json.dumps(send)
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    return result.stdout, None if result.returncode == 0 else result.stderr.strip()


def send(*verb, namespace, document):
    """The server is to judge, not kubectl's own copy of the schema."""
    return kubectl(*verb, "-n", namespace, "--validate=false", "-f", "-", send=document)


def resource(kind, name, spec):
    return {"apiVersion": "satis.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def write_status(plural, namespace, name, status):
    """As the controller does, through the subresource."""
    path = f"/apis/satis.dev/v1alpha1/namespaces/{namespace}/{plural}/{name}"
    text, complaint = kubectl("get", "--raw", path)
    if complaint:
        return text, complaint
    return kubectl("replace", "--raw", f"{path}/status", "-f", "-", send={**json.loads(text), "status": status})


def complaints(*calls):
    return [complaint for _, complaint in calls if complaint]
