"""Alerts and dashboard: they speak of metrics that exist, each alert fires and stays silent when it should."""

import json
import pathlib
import re
import subprocess
import tempfile

import yaml

from definitions import ROOT

MONITORING = ROOT / "deploy" / "components" / "monitoring"
DASHBOARD = ROOT / "deploy" / "components" / "dashboard" / "satis.json"
TESTS = ROOT / "Tests" / "Manifests" / "alerts.yaml"
PROMTOOL = ROOT / "Tests" / "Metrics" / "promtool"

# What Prometheus itself gives to each series of a pod.
TARGET_LABELS = {"namespace", "pod"}
KEYWORDS = {"by", "on", "and", "unless", "or", "offset", "without", "ignoring"}


def exported():
    """Each metric with its labels, as the programs describe them, histograms by the series that they consist of."""
    known = {}
    described = re.compile(r'\.(counter|gauge|histogram)\(\s*"(\w+)"(.*?)(?=\n    \.|\n  \])', re.DOTALL)
    for path in sorted((ROOT / "Sources").rglob("*Metrics*/*.swift")) + sorted((ROOT / "Sources").rglob("*Metrics.swift")):
        text = path.read_text()
        lists = dict(re.findall(r"let (\w+) = \[([^\]]*)\]", text))
        for kind, name, rest in described.findall(text):
            given = re.search(r"labels: (\[[^\]]*\]|\w+)", rest)
            written = lists.get(given.group(1), given.group(1)) if given else ""
            labels = set(re.findall(r'"(\w+)"', written)) | TARGET_LABELS
            for suffix in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
                known[name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return known


def listed():
    """Those of the README's table, without the suffixes of histograms."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))


def used(expression):
    """The metrics of an expression with the labels that it asks for, and the labels by which it groups."""
    metrics = []
    bare = re.sub(r'"[^"]*"', '""', expression)
    for name, following, matchers in re.findall(r"([a-zA-Z_]\w*)\s*(?:(\()|\{([^}]*)\})?", re.sub(r"\[[^\]]*\]", "", bare)):
        if "_" in name and not following and name not in KEYWORDS:
            metrics.append((name, set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers))))
    groups = set()
    for group in re.findall(r"\b(?:by|on|without|ignoring) \(([^)]*)\)", bare):
        groups |= set(re.findall(r"\w+", group))
    return metrics, groups


def misread(expressions):
    known, described = exported(), listed()
    for where, expression in expressions:
        metrics, groups = used(expression)
        labels = set()
        if not metrics:
            yield f"{where}: it speaks of no metric"
        for name, matched in metrics:
            if name not in known:
                yield f"{where}: there is no metric {name}"
                continue
            if not {name, re.sub(r"_(bucket|sum|count)$", "", name)} & described:
                yield f"{where}: the README does not list {name}"
            labels |= known[name]
            for label in sorted(matched - known[name]):
                yield f"{where}: {name} has no label {label}"
        for label in sorted(groups - labels):
            yield f"{where}: it groups by {label}, which none of its metrics has"


def rules():
    return [rule for group in specification()["groups"] for rule in group["rules"]]


def counted(text):
    """The results of calls that an expression in some text counts."""
    return set(re.findall(r'satis_webhook_requests_total\{[^}]*?\b(result=~?"[^"]*")', text))


def out_of_step():
    """What README.md and the dashboard count as calls that were lost or refused is what an alert counts."""
    known = counted(" ".join(rule["expr"] for rule in rules()))
    shown = {"README.md": (ROOT / "README.md").read_text(), "the dashboard": " ".join(e for _, e in panels())}
    for where, text in shown.items():
        for selector in sorted(counted(text) - known):
            yield f"{where}: no alert counts {selector}, but {' and '.join(sorted(known))}"


def specification():
    return yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]


def panels():
    dashboard = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], re.sub(r"\$__\w+", "5m", target["expr"])


def misplaced():
    """Panels that cover each other, or share the number by which Grafana knows them."""
    taken, numbers = {}, set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        if panel["id"] in numbers:
            yield f"{panel['title']}: another panel has the id {panel['id']}"
        numbers.add(panel["id"])
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"] or x > 23:
                    yield f"{panel['title']}: its place {x}, {y} is taken by {other}, or outside of the 24 columns"
                    return


def unhelpful():
    for rule in rules():
        for annotation in ("summary", "runbook"):
            if not rule["annotations"].get(annotation, "").strip():
                yield f"{rule['alert']}: add the annotation {annotation}"
        if rule["labels"].get("severity") not in ("critical", "warning"):
            yield f"{rule['alert']}: add the label severity"


def cases():
    return [case for test in yaml.safe_load(TESTS.read_text())["tests"] for case in test["alert_rule_test"]]


def unnamed():
    """Labels that the text of an alert speaks of, and that the alert does not have."""
    for case in cases():
        for rule in (rule for rule in rules() if rule["alert"] == case["alertname"]):
            spoken_of = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
            for alert in case.get("exp_alerts", []):
                for label in sorted(spoken_of - alert["exp_labels"].keys()):
                    yield f"{rule['alert']}: it has no label {label}"


def untested():
    """Each alert has a time at which it fires and one at which it does not."""
    for rule in rules():
        fires = {bool(case.get("exp_alerts")) for case in cases() if case["alertname"] == rule["alert"]}
        if fires != {True, False}:
            yield f"{rule['alert']}: add to {TESTS.name} when it {'is silent' if True in fires else 'fires'}"


def promtool():
    """What it says of the rules and of the dashboard's expressions, and what the rules do with the series of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        bare = specification()
        for group in bare["groups"]:
            group["rules"] = [{key: rule[key] for key in rule.keys() - {"annotations"}} for rule in group["rules"]]
        shown = [{"record": f"panel:{number}", "expr": panel[1]} for number, panel in enumerate(panels())]
        dashboard = {"groups": [{"name": "dashboard", "rules": shown}]}
        for name, content in (("all.yaml", specification()), ("rules.yaml", bare), ("panels.yaml", dashboard)):
            pathlib.Path(folder, name).write_text(yaml.safe_dump(content))
        pathlib.Path(folder, TESTS.name).write_text(TESTS.read_text())
        for command in (["check", "rules", "all.yaml", "panels.yaml"], ["test", "rules", TESTS.name]):
            result = subprocess.run([PROMTOOL, *command], cwd=folder, capture_output=True, text=True)
            if result.returncode != 0:
                yield (result.stdout + result.stderr).strip()


def as_plain_file():
    """What the comment in the file tells those to do who have no Prometheus operator."""
    path = MONITORING / "alerts.yaml"
    command = re.search(r"^#   (sed .*) alerts.yaml >rules.yaml$", path.read_text(), re.MULTILINE).group(1)
    text = subprocess.run(f"{command} {path}", shell=True, capture_output=True, text=True, check=True).stdout
    if yaml.safe_load(text) != specification():
        yield f"{command} does not make a rule file of it"


def unscraped():
    """The pods that the PodMonitor selects have its port, and no others are selected."""
    monitor = yaml.safe_load((MONITORING / "pod-monitor.yaml").read_text())["spec"]
    port = monitor["podMetricsEndpoints"][0]["port"]
    chosen = set(monitor["selector"]["matchExpressions"][0]["values"])
    for component in ("controller", "webhook", "web"):
        text = (ROOT / "deploy" / "base" / component / "deployment.yaml").read_text()
        template = yaml.safe_load(text)["spec"]["template"]
        ports = {p["name"] for c in template["spec"]["containers"] for p in c.get("ports", [])}
        if (port in ports) != (template["metadata"]["labels"]["app.kubernetes.io/component"] in chosen):
            yield f"{component}: it has the ports {sorted(ports)}, and the PodMonitor asks {sorted(chosen)} at {port}"


def unlisted():
    known = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported()}
    for name in sorted(known ^ listed()):
        if name in known:
            yield f"{name} is described in Sources and not listed in README.md"
        else:
            yield f"{name} is listed in README.md and described nowhere"


def check(report):
    report.check("alerts speak of metrics and labels that exist", misread((r["alert"], r["expr"]) for r in rules()))
    report.check("the dashboard speaks of metrics and labels that exist", misread(panels()))
    report.check("README and dashboard count calls as the alerts do", out_of_step())
    report.check("the dashboard's panels have a place each", misplaced())
    report.check("the README lists the metrics that the programs describe", unlisted())
    report.check("each alert says what is wrong and what to do", unhelpful())
    report.check("what the alerts say names labels that they have", unnamed())
    report.check("each alert has a test in which it fires and one in which it is silent", untested())
    report.check("promtool takes alerts and dashboard, and alerts fire when they should", promtool())
    report.check("the alerts are a rule file for a plain Prometheus", as_plain_file())
    report.check("whoever has metrics is scraped", unscraped())
