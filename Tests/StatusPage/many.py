"""A thousand builds: few at first, all of them in the end, and none touched without need."""

COUNT = 1000

# Rows that are laid out, which those far out of sight need not be.
LAID_OUT = """
return [...document.querySelectorAll('#build-rows tr')].filter(
  (row) => row.firstElementChild.checkVisibility({contentVisibilityAuto: true})).length
"""

WATCH = """
window.touched = new Set();
window.observer = new MutationObserver((records) => {
  for (const record of records) {
    const element = record.target.nodeType === 1 ? record.target : record.target.parentElement;
    // What depends on the time changes by itself.
    if (element.closest('time, [data-since]')) continue;
    const row = element.closest('tr');
    if (row) window.touched.add(row.querySelector('a').textContent);
    for (const node of record.addedNodes) {
      if (node.nodeName === 'TR') window.touched.add(node.querySelector('a').textContent);
    }
  }
});
window.observer.observe(document.querySelector('#build-rows'), {subtree: true, childList: true, characterData: true});
"""

TOUCHED = "return [...window.touched]"


def rows(browser):
    return browser.run("return document.querySelectorAll('#build-rows tr').length")


def check(report, browser, cluster):
    for number in range(COUNT):
        reason = "Failed" if number % 50 == 0 else "Succeeded"
        name = f"many-{number:04}"
        end = -540 - number % 40
        cluster.create_build(name, reason=reason, message="built and served", start=-600 - number, end=end)
    browser.wait(lambda: "of 1,0" in browser.text("#builds-count"))
    count = rows(browser)
    report.check("many: of a thousand builds the first are shown", [] if 50 <= count <= 300 else [f"{count} rows"])
    nodes = browser.run("return document.getElementsByTagName('*').length")
    report.check("many: the document stays small", [] if nodes < 6000 else [f"{nodes} elements"])
    counter = "#tiles [data-group=succeeded] .count"
    counted = browser.wait(lambda: browser.text(counter) == "1,002")
    report.check("many: all of them are counted", [] if counted else [browser.text(counter)])

    while rows(browser) < COUNT:
        before = rows(browser)
        browser.run("document.querySelector('#more').scrollIntoView()")
        if not browser.wait(lambda: rows(browser) > before):
            break
    count = rows(browser)
    report.check("many: whoever scrolls comes to the last", [] if count >= COUNT else [f"{count} rows"])
    laid_out = browser.run(LAID_OUT)
    report.check("many: what is out of sight is not laid out", [] if 0 < laid_out < 100 else [f"{laid_out} rows"])
    browser.screenshot("many")

    browser.run(WATCH)
    cluster.set_build("many-0500", "Failed", "changed", start=-600, end=-540)
    changed = browser.wait(lambda: "many-0500" in browser.run(TOUCHED))
    touched = browser.run(TOUCHED)
    findings = [] if changed and touched == ["many-0500"] else [str(touched)]
    report.check("many: a change touches its own row only", findings)
    cluster.create_build("many-new")
    browser.wait(lambda: "many-new" in browser.run(TOUCHED))
    touched = browser.run(TOUCHED)
    findings = [] if sorted(touched) == ["many-0500", "many-new"] else [str(touched)]
    report.check("many: a new build moves no other", findings)
