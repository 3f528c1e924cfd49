"""The resource definitions and manifests on a real API server."""

import json

import columns
import lifecycle
import objects
import recovery
from apiserver import complaints, kubectl, resource, send
from definitions import ROOT, fields, load, schema_of
from report import Report

NAMESPACE = "objects"


def has_rules():
    """Whether the definitions that were applied have CEL rules: with-apiserver takes those that the server knows."""
    stored, _ = kubectl("get", "crd", "satisbuilds.satis.dev", "-o", "json")
    return "x-kubernetes-validations" in stored


def check_objects(report):
    """The same good and bad objects as without a server."""
    rules = has_rules()
    for number, case in enumerate(objects.table()):
        if case.get("rule") and not rules:
            continue
        case["object"]["metadata"]["name"] = f"case-{number}"
        findings, verb = [], "create"
        if case["old"]:
            case["old"]["metadata"]["name"] = f"case-{number}"
            findings = complaints(send("create", namespace=NAMESPACE, document=case["old"]))
            verb = "replace"
        reasons = complaints(send(verb, "--dry-run=server", namespace=NAMESPACE, document=case["object"]))
        report.check(f"server: {case['kind']}: {case['case']}", [*findings, *objects.unexpected(case, reasons)])


def check_defaults(report):
    build = {"repositoryRef": {"name": "packages"}}
    repository = {"config": {"inline": "{}"}, "output": {"claimName": "satis-output"}}
    for kind, spec, wanted in (
        ("SatisBuild", build, {"trigger": {"type": "Manual"}}),
        ("SatisRepository", repository, {"build": {"activeDeadlineSeconds": 3600}}),
    ):
        document = resource(kind, "defaults", spec)
        text, complaint = send("create", "--dry-run=server", "-o", "json", namespace=NAMESPACE, document=document)
        findings = [complaint] if complaint else []
        if not findings and json.loads(text)["spec"] != {**spec, **wanted}:
            findings.append(f"the server made of it {json.loads(text)['spec']}")
        report.check(f"server: {kind}: what is left out gets its default", findings)


def check_explanations(report):
    """kubectl explain reads the server's own account of the schemas."""
    text, complaint = kubectl("get", "--raw", "/openapi/v2")
    known = {} if complaint else json.loads(text)["definitions"]
    for definition in load().values():
        kind = definition["spec"]["names"]["kind"]
        published = dict(fields(known.get(f"dev.satis.v1alpha1.{kind}", {})))
        missing = [path for path, _ in fields(schema_of(definition)) if not published.get(path, {}).get("description")]
        report.check(f"server: every field of {kind} is explained", [complaint] if complaint else missing)
        text, complaint = kubectl("explain", f"{kind.lower()}.spec")
        findings = [name for name in schema_of(definition)["properties"]["spec"]["properties"] if name not in text]
        report.check(f"server: kubectl explain {kind.lower()}.spec", [complaint] if complaint else findings)


def check_examples(report):
    """In the namespace that an installation leaves behind."""
    for path in sorted((ROOT / "deploy" / "example").glob("*.yaml")):
        verb = "create" if "generateName" in path.read_text() else "apply"
        report.check(f"server: {verb} of {path.relative_to(ROOT)}", complaints(kubectl(verb, "-f", str(path))))


report = Report()
kubectl("create", "namespace", NAMESPACE)
check_objects(report)
check_defaults(report)
columns.check(report)
check_explanations(report)
lifecycle.check(report)
lifecycle.check_people(report)
check_examples(report)
recovery.check(report)
lifecycle.check_definitions(report)
report.finish("manifests on a server")
