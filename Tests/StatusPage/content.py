"""What there is at first, and that all of it is shown: as it is, and as text."""

from cluster import condition, moment

MARKUP = "<img src=x onerror=\"document.title='broken'\"> & <script>alert(1)</script>"
LOG = "Cloning https://git.example.org/acme/billing.git\nfatal: could not read from remote repository"
FAILURE = "satis build: git exited with code 128: the deploy key was refused by git.example.org"


def source(name):
    return f"https://git.example.org/acme/{name}.git"


def fill(cluster):
    ready = [condition("Ready", "True", "Ready", "satis.json lists 12 sources")]
    cluster.create_repository(
        "packages",
        {
            "conditions": ready,
            "queuedBuilds": 2,
            "release": "20260301-120000-7",
            "lastSucceededTime": moment(-240),
            "nextFullBuildTime": moment(5 * 3600),
            "nextPurgeTime": moment(3 * 86400),
            "activeJob": {
                "name": "packages-9", "startTime": moment(-40), "configHash": "0" * 64, "operation": "Build",
                "full": False, "builds": [],
            },
        },
    )
    message = "the ConfigMap satis-tools, which spec.config names, does not exist"
    cluster.create_repository("tools", {"conditions": [condition("Ready", "False", "ConfigurationMissing", message)]})
    message = "spec.state is Suspended: builds queue and none starts"
    cluster.create_repository("archive", {"conditions": [condition("Ready", "False", "Suspended", message)]})
    for number in range(24):
        reason = "Failed" if number in (7, 15) else "Succeeded"
        seconds = 12 + (number * 37) % 90 + (200 if number == 11 else 0)
        more = {"message": FAILURE} if reason == "Failed" else {"message": "built and served"}
        end = -4000 + number * 150
        cluster.create_build(
            f"packages-{number:02}", reason=reason, source=source(f"lib-{number % 5}"),
            start=end - seconds, end=end, release="20260301-120000-7", **more,
        )
    attempt = {
        "number": 1, "jobName": "packages-8", "podName": "packages-8-x2k9q", "startTime": moment(-300),
        "completionTime": moment(-258), "exitCode": 1, "reason": "SourcesFailed", "message": FAILURE,
    }
    cluster.create_build(
        "packages-failed", reason="Failed", source=source("billing"), message=FAILURE,
        start=-300, end=-258, logTail=LOG, attempts=[attempt],
    )
    cluster.create_build("packages-markup", reason="Invalid", source=source("x"), message=MARKUP)
    cluster.create_build(
        "packages-superseded", reason="Superseded", message="packages-running does the same",
        supersededBy="packages-running",
    )
    cluster.create_build(
        "packages-retrying", reason="Retrying", source=source("slow"), nextAttemptTime=moment(40),
        message="attempt 1 failed: NodeLost; the next one starts at 12:00:40",
    )
    cluster.create_build("packages-queued", reason="Queued", message="waits for packages-running, which runs")
    cluster.create_build(
        "packages-running", reason="Running", source=source("shop"), message="Job packages-9 runs", start=-40
    )


def check(report, browser, operator):
    browser.wait(lambda: len(browser.all("#build-rows tr")) >= 30)
    states = {
        row.find_element("css selector", "th").text: row.find_element("css selector", ".badge").text
        for row in browser.all("#repository-rows tr")
    }
    wanted = {"archive": "Suspended", "packages": "Ready", "tools": "Configuration missing"}
    report.check("page: every repository has its state", [] if states == wanted else [str(states)])
    text = browser.text("#repository-rows")
    parts = ("2 waiting", "builds for", "which spec.config names, does not exist", "20260301-120000-7", "purge in 2 d")
    report.check("page: what a repository does and lacks is said", [part for part in parts if part not in text])
    tiles = browser.run("return [...document.querySelectorAll('#tiles button')].map((tile) => tile.textContent)")
    wanted = ["1Running", "2Waiting", "4Failed", "22Succeeded", "1Set aside"]
    report.check("page: builds are counted by what became of them", [] if tiles == wanted else [str(tiles)])

    check_details(report, browser, operator)
    check_markup(report, browser)
    check_chart(report, browser)
    check_filter(report, browser, operator)


def check_details(report, browser, operator):
    browser.driver.get(f"{operator.address}#build/status-page/packages-failed")
    browser.wait(lambda: "could not read from remote" in browser.text("#details pre"))
    text = browser.text("#details")
    parts = (FAILURE, LOG, "SourcesFailed, exit code 1, 42 s", "Job packages-8, pod packages-8-x2k9q", "alex")
    missing = [part for part in parts if part not in text]
    report.check("page: a build's address shows reason, attempts and the log's end", missing)
    browser.one("#details form button").click()
    closed = browser.wait(lambda: not browser.one("#details").is_displayed())
    address = browser.driver.current_url
    report.check("page: a closed build leaves the address", [] if closed and "#" not in address else [address])


def check_markup(report, browser):
    messages = browser.run("return [...document.querySelectorAll('#build-rows .message')].map((m) => m.textContent)")
    foreign = browser.run("return document.querySelectorAll('main img, main script').length")
    findings = [] if MARKUP in messages and foreign == 0 and "broken" not in browser.driver.title else [str(messages)]
    report.check("page: what strangers write is text and nothing else", findings)


def check_chart(report, browser):
    bars = browser.run("return document.querySelectorAll('#chart .bar').length")
    caption = browser.text("#chart-text")
    rows = browser.run("return document.querySelectorAll('#chart-rows tr').length")
    findings = [] if bars == rows == 25 else [f"{bars} bars, {rows} lines"]
    report.check("page: a bar and a line of numbers for each build that ended", findings)
    right = caption.startswith("The last 25 builds, oldest first: half of them took ") and "3 failed" in caption
    report.check("page: the chart says in words what it shows", [] if right else [caption])


def check_filter(report, browser, operator):
    browser.driver.get(f"{operator.address}?state=failed&repository=status-page%2Fpackages")
    states = ["Failed", "Failed", "Failed", "Invalid"]

    def shown():
        return sorted(badge.text for badge in browser.all("#build-rows .badge"))

    filtered = browser.wait(lambda: shown() == states)
    report.check("page: a filter is remembered in the address", [] if filtered else [str(shown())])
    pressed = browser.run("return document.querySelector('#tiles [aria-pressed=true]').textContent")
    report.check("page: the filter shows on its tile", [] if pressed == "4Failed" else [pressed])
    browser.one("#tiles [aria-pressed=true]").click()
    browser.wait(lambda: len(browser.all("#build-rows tr")) >= 30)
    query = browser.run("return location.search")
    findings = [] if query == "?repository=status-page%2Fpackages" else [query]
    report.check("page: the tile takes its filter back", findings)
    browser.driver.get(operator.address)
    browser.wait(lambda: len(browser.all("#build-rows tr")) >= 30)
