"""What changes while the page is open, and what the page says when it hears nothing."""

import os
import signal

from cluster import NAMESPACE

# Whatever is kept in the document is lost by reloading.
MARK = "window.mark = document.querySelector('#build-rows')"
MARKED = "return window.mark === document.querySelector('#build-rows')"


def badge(browser, name):
    return browser.text(f"#build-rows tr:has(a[href='#build/{NAMESPACE}/{name}']) .badge")


def check(report, browser, cluster):
    browser.run(MARK)
    browser.wait(lambda: len(browser.all("#build-rows tr")) >= 30)
    cluster.create_build("live-1", source="https://git.example.org/acme/live.git")
    appeared = browser.wait(lambda: badge(browser, "live-1") == "New")
    report.check("live: a build appears", [] if appeared else [badge(browser, "live-1")])
    first = browser.text("#build-rows tr a")
    report.check("live: the newest comes first", [] if first == "live-1" else [first])
    cluster.set_build("live-1", "Running", "Job packages-10 runs", start=-5)
    runs = browser.wait(lambda: badge(browser, "live-1") == "Running")
    time = browser.text("#build-rows [data-since]")
    report.check("live: it runs, and its time is counted", [] if runs and time.endswith(" s") else [time])
    title = browser.wait(lambda: browser.driver.title.startswith("2 running"))
    report.check("live: the title tells how many run", [] if title else [browser.driver.title])

    browser.run(f"location.hash = 'build/{NAMESPACE}/live-1'")
    browser.wait(lambda: "There is no log yet" in browser.text("#details"))
    cluster.set_build("live-1", "Failed", "satis build: out of memory", start=-5, end=0, logTail="Killed")
    ended = browser.wait(lambda: badge(browser, "live-1") == "Failed")
    report.check("live: it ends", [] if ended else [badge(browser, "live-1")])
    parts = ("Killed", "out of memory")
    followed = browser.wait(lambda: all(part in browser.text("#details") for part in parts))
    report.check("live: an open build follows", [] if followed else [browser.text("#details")])
    browser.one("#details form button").click()
    wanted = "packages: build live-1 has ended: Failed."
    told = browser.wait(lambda: browser.text("#news") == wanted)
    report.check("live: a screen reader is told of the end", [] if told else [browser.text("#news")])
    cluster.delete_build("live-1")
    gone = browser.wait(lambda: badge(browser, "live-1") == "")
    report.check("live: a deleted build goes", [] if gone else ["it stays"])
    report.check("live: all that without reloading", [] if browser.run(MARKED) else ["the document is another one"])


def check_restart(report, browser, operator):
    browser.run(MARK)
    code = operator.stop()
    report.check("live: an open page does not keep the service from ending", [] if code == 0 else [f"exit code {code}"])
    lost = browser.wait(lambda: "connection lost, trying again" in browser.text("#contact"))
    report.check("live: a service that is away is said to be", [] if lost else [browser.text("#contact")])
    operator.start()
    back = browser.wait(lambda: browser.text("#contact") == "Live") and browser.run(MARKED)
    report.check("live: the page goes on by itself when it is back", [] if back else [browser.text("#contact")])


def check_outage(report, browser):
    os.kill(int(os.environ["SATIS_TEST_APISERVER_PID"]), signal.SIGKILL)
    said = browser.wait(lambda: browser.text("#contact").endswith("not connected to the API server"))
    text = browser.text("#contact")
    findings = [] if said and text.startswith("As of ") else [text]
    report.check("live: without the API server the page says as of when it is", findings)
    rows = len(browser.all("#build-rows tr"))
    report.check("live: and shows what was known", [] if rows >= 30 else [f"{rows} rows"])
    browser.run(f"location.hash = 'build/{NAMESPACE}/packages-failed'")
    told = browser.wait(lambda: "cannot be read at this moment" in browser.text("#details"))
    report.check("live: a log that cannot be read is said to be", [] if told else [browser.text("#details")])
    browser.screenshot("outage")
