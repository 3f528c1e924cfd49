"""The status page as people use it. Tests/StatusPage/check runs this."""

import pathlib
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parent.parent / "Manifests"))

import content  # noqa: E402
import keyboard  # noqa: E402
import live  # noqa: E402
import looks  # noqa: E402
import many  # noqa: E402
import signing  # noqa: E402
from browser import Browser, Operator  # noqa: E402
from cluster import Cluster  # noqa: E402
from report import Report  # noqa: E402

report = Report()
with tempfile.TemporaryDirectory() as folder:
    cluster = Cluster()
    content.fill(cluster)
    operator = Operator(folder)
    operator.start()
    browser = Browser()
    try:
        signing.check(report, browser, operator)
        content.check(report, browser, operator)
        looks.check(report, browser)
        keyboard.check(report, browser, operator)
        live.check(report, browser, cluster)
        many.check(report, browser, cluster)
        live.check_restart(report, browser, operator)
        looks.check_console(report, browser)
        # The last, as there is no API server afterwards.
        live.check_outage(report, browser)
    finally:
        browser.driver.quit()
        operator.process.kill()
print(f"screenshots are in {browser.folder}")
report.finish("status page in a browser")
