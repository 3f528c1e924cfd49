"""Light and dark, wide and narrow, still for those who want it, and without barriers."""

from browser import NARROW, WIDE


def check(report, browser):
    grounds = {}
    for scheme in ("light", "dark"):
        for width, size in (("wide", WIDE), ("narrow", NARROW)):
            name = f"{scheme}-{width}"
            browser.look(scheme, size)
            browser.run("scrollTo(0, 0)")
            report.check(f"page: {name} has no barriers", browser.barriers())
            picture = browser.screenshot(name)
            blank = [f"{picture} has {picture.stat().st_size} bytes"] if picture.stat().st_size < 15_000 else []
            report.check(f"page: {name} shows something", blank)
            too_wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
            report.check(f"page: {name} is not wider than the window", [f"by {too_wide}"] if too_wide > 0 else [])
            browser.run("document.querySelector('#builds').scrollIntoView()")
            browser.screenshot(f"{name}-builds")
        grounds[scheme] = browser.run("return getComputedStyle(document.body).backgroundColor")
        check_details(report, browser, scheme)
    report.check("page: dark is another one than light", [] if grounds["light"] != grounds["dark"] else [str(grounds)])
    browser.look(motion="reduce")
    browser.run("document.querySelector('#builds').scrollIntoView()")
    still = browser.wait(lambda: browser.run("return document.getAnimations().length") == 0)
    report.check("page: nothing moves where that is not wanted", [] if still else ["something does"])
    browser.look()


def check_details(report, browser, scheme):
    for width, size in (("wide", WIDE), ("narrow", NARROW)):
        browser.look(scheme, size)
        browser.run("location.hash = 'build/status-page/packages-failed'")
        browser.wait(lambda: "could not read from remote" in browser.text("#details pre"))
        report.check(f"page: a build, {scheme} and {width}, has no barriers", browser.barriers())
        browser.screenshot(f"build-{scheme}-{width}")
        browser.one("#details form button").click()
        browser.wait(lambda: not browser.one("#details").is_displayed())


def check_console(report, browser):
    """A policy that is violated, or a script that fails, is told there; so is what is away or not for strangers."""
    expected = ("401 (Unauthorized)", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
    entries = [entry["message"] for entry in browser.driver.get_log("browser")]
    unexpected = [entry for entry in entries if not any(part in entry for part in expected)]
    report.check("page: the browser has nothing to complain about", unexpected)
