"""The tables that `kubectl get` prints of the two resources, as a person reads them."""

import re

from apiserver import complaints, kubectl, resource, send, write_status

NAMESPACE = "columns"
URL = "https://git.example.com/acme/tools.git"
TIME = "2026-08-01T12:00:00Z"
# Times to come, of which kubectl cannot print how long ago they were.
NEXT_FULL, NEXT_PURGE = "2126-08-02T03:30:00Z", "2126-08-03T05:00:00Z"

# No attempt, one, several: a column cannot count, so the number of the last attempt stands for how many there were.
BUILDS = {
    "none": {"reason": "Queued", "status": "Unknown", "message": "waits for its turn"},
    "one": {"reason": "Succeeded", "status": "True", "message": "served", "attempts": [1], "jobName": "packages-1"},
    "two": {"reason": "Failed", "status": "False", "message": "it broke", "attempts": [1, 2], "jobName": "packages-2"},
    "back": {"reason": "Succeeded", "status": "True", "message": "back again", "attempts": [1], "jobName": "packages-3"},
}

BUILDS_TABLE = """
NAME  REPOSITORY  SOURCE  STATUS     ATTEMPTS  STARTED  FINISHED  AGE   JOB         OPERATION  TRIGGER  COMMIT   MESSAGE
back  packages    -       Succeeded  1         time     time      time  packages-3  Rollback   Manual   -        back again
none  packages    URL     Queued     -         -        -         time  -           -          Manual   9c1185a  waits for its turn
one   packages    URL     Succeeded  1         time     time      time  packages-1  -          Manual   9c1185a  served
two   packages    URL     Failed     2         time     time      time  packages-2  -          Manual   9c1185a  it broke
"""

REPOSITORIES_TABLE = """
NAME      READY  REASON  ACTIVE JOB  QUEUED  RELEASE     LAST SUCCEEDED  AGE   STATE      NEXT FULL             NEXT PURGE
fresh     -      -       -           -       -           -               time  -          -                     -
packages  True   Ready   packages-7  2       20260801-7  time            time  Suspended  2126-08-02T03:30:00Z  2126-08-03T05:00:00Z
"""


def table(text):
    """Rows of cells by column. A column begins where its header does; two blanks part headers."""
    header, *lines = text.strip("\n").splitlines()
    starts = [match.start() for match in re.finditer(r"\S+( \S+)*", header)]
    edges = list(zip(starts, [*starts[1:], None]))
    names = [header[start:end].strip() for start, end in edges]
    return [dict(zip(names, (line[start:end].strip() or "-" for start, end in edges))) for line in lines]


def printed(*arguments):
    """What kubectl prints, with what differs from run to run replaced by what it is."""
    text, complaint = kubectl("get", *arguments, "-n", NAMESPACE, "--sort-by=.metadata.name")
    if complaint:
        return complaint
    # In place, so that no cell moves.
    text = text.replace(URL, "URL".ljust(len(URL)))
    return [{name: re.sub(r"^\d+[smhdy]\w*$", "time", cell) for name, cell in row.items()} for row in table(text)]


def without(columns, rows):
    return [{name: cell for name, cell in row.items() if name not in columns} for row in rows]


def compare(report, wanted, *arguments):
    got = printed(*arguments)
    # As text, since the order of the columns counts as well.
    findings = [] if str(got) == str(wanted) else [f"got    {got}", f"wanted {wanted}"]
    report.check(f"server: kubectl get {' '.join(arguments)} prints its columns", findings)


def condition(kind, status, reason, message):
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": TIME}


def make_builds():
    for name, story in BUILDS.items():
        asked = {"source": {"url": URL}, "trigger": {"commit": "9c1185a"}} if name != "back" else {"operation": "Rollback"}
        spec = {"repositoryRef": {"name": "packages"}, **asked}
        yield send("create", namespace=NAMESPACE, document=resource("SatisBuild", name, spec))
        status = {"conditions": [condition("Succeeded", story["status"], story["reason"], story["message"])]}
        if "attempts" in story:
            status["attempts"] = [
                {"number": number, "jobName": story["jobName"], "startTime": TIME, "exitCode": 0}
                for number in story["attempts"]
            ]
            status |= {"jobName": story["jobName"], "startTime": TIME, "completionTime": TIME}
        yield write_status("satisbuilds", NAMESPACE, name, status)


def make_repositories():
    spec = {"config": {"inline": "{}"}, "output": {"claimName": "satis-output"}}
    for name, more in (("fresh", {}), ("packages", {"state": "Suspended"})):
        yield send("create", namespace=NAMESPACE, document=resource("SatisRepository", name, {**spec, **more}))
    status = {
        "conditions": [condition("Ready", "True", "Ready", "builds can run")],
        "release": "20260801-7",
        "queuedBuilds": 2,
        "jobSequence": 7,
        "activeJob": {
            "name": "packages-7",
            "startTime": TIME,
            "configHash": "0",
            "operation": "Build",
            "full": False,
            "builds": [],
        },
        "lastSucceededTime": TIME,
        "nextFullBuildTime": NEXT_FULL,
        "nextPurgeTime": NEXT_PURGE,
    }
    yield write_status("satisrepositories", NAMESPACE, "packages", status)


def check(report):
    kubectl("create", "namespace", NAMESPACE)
    report.check("server: builds and their statuses are stored", complaints(*make_builds()))
    report.check("server: repositories and their statuses are stored", complaints(*make_repositories()))
    builds, repositories = table(BUILDS_TABLE), table(REPOSITORIES_TABLE)
    compare(report, without({"JOB", "OPERATION", "TRIGGER", "COMMIT", "MESSAGE"}, builds), "satisbuilds")
    compare(report, builds, "sb", "-o", "wide")
    wide = {"REASON", "STATE", "NEXT FULL", "NEXT PURGE"}
    compare(report, without(wide, repositories), "satisrepositories")
    compare(report, repositories, "satisrepo", "-o", "wide")
