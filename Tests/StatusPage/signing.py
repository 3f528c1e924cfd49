"""Who does not know the token sees nothing; who does, signs in once."""

import http.client

from selenium.webdriver.common.keys import Keys

from browser import TOKEN


def check(report, browser, operator):
    browser.look()
    browser.driver.get(operator.address)
    shown = browser.wait(lambda: browser.one("#sign-in").is_displayed())
    findings = [] if shown and not browser.one("#content").is_displayed() else [browser.text("body")]
    report.check("page: who has not signed in is asked for the token and sees nothing else", findings)
    focused = browser.run("return document.activeElement.id")
    report.check("page: the field of the token has the focus", [] if focused == "token" else [focused])
    report.check("page: signing in has no barriers", browser.barriers())
    browser.screenshot("sign-in")

    browser.press("a guess", Keys.ENTER)
    said = browser.wait(lambda: browser.text("#sign-in-problem") == "This is not the token.")
    report.check("page: a wrong token is refused in words", [] if said else [browser.text("#sign-in")])

    browser.run("document.querySelector('#token').value = ''")
    browser.press(TOKEN, Keys.ENTER)
    shown = browser.wait(lambda: browser.text("#contact") == "Live")
    report.check("page: the token shows the builds", [] if shown else [browser.text("body")])
    readable = browser.run("return document.cookie")
    report.check("page: no script can read the session", [readable] if readable else [])
    check_programs(report, operator)


def check_programs(report, operator):
    right = {"Authorization": f"Bearer {TOKEN}"}
    for headers, wanted in (({}, 401), ({"Authorization": "Bearer guess"}, 401), (right, 204)):
        connection = http.client.HTTPConnection("127.0.0.1", operator.port, timeout=10)
        connection.request("GET", "/session", headers=headers)
        status = connection.getresponse().status
        name = f"page: a program with {headers.get('Authorization', 'nothing')} gets {wanted}"
        report.check(name, [] if status == wanted else [f"got {status}"])
