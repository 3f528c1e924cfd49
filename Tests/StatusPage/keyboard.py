"""All of the page with the keyboard alone."""

from selenium.webdriver.common.keys import Keys

# What has the focus: a name for it, whether it is marked, and whether it can be seen.
FOCUSED = """
const element = document.activeElement;
if (!element || element === document.body) return null;
const style = getComputedStyle(element);
const box = element.getBoundingClientRect();
return {
  name: element.id || element.name || element.dataset.group || element.dataset.part || element.textContent.trim(),
  isMarked: element.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 1,
  isSeen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
};
"""


# What has the focus outside of the open build; nothing has it on the way through the browser's own controls.
LEFT = """
const element = document.activeElement;
return document.querySelector('#details').contains(element) || element === document.body ? null : element.outerHTML;
"""

# The next Tab leads on from where the focus was last, even if that is gone.
RESET = """
const start = document.createElement('span');
start.tabIndex = -1;
document.body.prepend(start);
start.focus();
start.remove();
"""


def walk(browser, steps):
    """The elements that the Tab key leads to, from the beginning of the page."""
    browser.run(RESET)
    found = []
    for _ in range(steps):
        browser.tab()
        focused = browser.run(FOCUSED)
        if focused is None:
            break
        found.append(focused)
    return found


def check(report, browser, operator):
    browser.driver.get("about:blank")
    browser.driver.get(operator.address)
    browser.wait(lambda: len(browser.all("#build-rows tr")) >= 30)
    stops = walk(browser, 20)
    names = [stop["name"] for stop in stops]
    report.check("keyboard: the first stop leads past everything", [] if names[:1] == ["skip"] else names)
    tiles = ["running", "waiting", "failed", "succeeded", "other"]
    wanted = [*tiles, "choose", "choose", "choose", "The same in numbers", "filter-repository", "filter-state", "name"]
    report.check("keyboard: everything is reached, in the order of the page", [] if names[1:13] == wanted else names)
    report.check("keyboard: the focus is always marked", [stop["name"] for stop in stops if not stop["isMarked"]])
    report.check("keyboard: and never out of sight", [stop["name"] for stop in stops if not stop["isSeen"]])
    browser.screenshot("focus")

    walk(browser, 1)
    browser.press(Keys.ENTER)
    focused = browser.run("return document.activeElement.id")
    report.check("keyboard: the first stop does what it says", [] if focused == "builds" else [focused])

    walk(browser, 13)
    name = browser.run("return document.activeElement.textContent")
    browser.press(Keys.ENTER)
    opened = browser.wait(lambda: browser.one("#details").is_displayed() and browser.text("#details-heading") == name)
    inside = browser.run("return document.querySelector('#details').contains(document.activeElement)")
    report.check("keyboard: Enter opens a build and goes there", [] if opened and inside else [name])
    left = [browser.run(LEFT) for _ in range(4) if browser.tab() is None]
    report.check("keyboard: the rest of the page is out of reach meanwhile", [name for name in left if name])
    browser.press(Keys.ESCAPE)
    browser.wait(lambda: not browser.one("#details").is_displayed())
    back = browser.run("return document.activeElement.textContent")
    report.check("keyboard: Escape closes it and goes back", [] if back == name else [back])

    walk(browser, 10)
    browser.press(Keys.ENTER)
    browser.tab()
    label = browser.run("return document.activeElement.getAttribute('aria-labelledby')")
    report.check("keyboard: the numbers of the chart are opened and scrolled", [] if label == "durations" else [label])

    walk(browser, 4)
    browser.press(Keys.ENTER)
    pressed = browser.wait(lambda: browser.run("return location.search") == "?state=failed")
    report.check("keyboard: a tile filters", [] if pressed else [browser.driver.current_url])
    browser.press(Keys.ENTER)
