"""A Chromium without a window, the operator that it looks at, and what is asked of pages again and again."""

import importlib.util
import os
import pathlib
import socket
import subprocess
import tempfile

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from cluster import NAMESPACE

TOKEN = "a token of the test"
PATIENCE = 30
WIDE, NARROW = (1280, 900), (320, 740)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Operator:
    """`satis-operator webhook` with a status page, on one port for all its lives."""

    def __init__(self, folder):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.token = pathlib.Path(folder, "token")
        self.token.write_text(TOKEN)
        self.log = pathlib.Path(folder, "operator.log")
        self.process = None

    def start(self):
        ports = ["--port", str(free_port()), "--metrics-port", str(free_port()), "--status-port", str(self.port)]
        command = [os.environ["SATIS_OPERATOR"], "webhook", "--namespace", NAMESPACE, *ports]
        command += ["--kubeconfig", os.environ["SATIS_TEST_KUBECONFIG"], "--status-address", "127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen([*command, "--status-token-file", str(self.token)], stderr=log)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                continue
        raise RuntimeError(f"the operator has ended: {self.log.read_text()}")

    def stop(self):
        """As Kubernetes does, which waits 30 seconds; an open page must not hold it up."""
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


class Browser:
    def __init__(self):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        options.add_argument("--headless=new")
        # Whoever runs the tests may be root, for whom Chromium has no sandbox.
        options.add_argument("--no-sandbox")
        options.add_argument("--disable-dev-shm-usage")
        options.add_argument("--hide-scrollbars")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.folder = pathlib.Path(os.environ.get("SATIS_SCREENSHOTS") or tempfile.mkdtemp(prefix="satis-screenshots-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        module = importlib.util.find_spec("axe_playwright_python")
        self.axe = pathlib.Path(module.origin).with_name("axe.min.js").read_text()

    def look(self, scheme="light", size=WIDE, motion="no-preference"):
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == NARROW}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def wait(self, what):
        """Until `what()` is true; False when it never becomes so."""

        def holds(_):
            try:
                return what()
            except StaleElementReferenceException:
                return False

        try:
            return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(holds)
        except Exception:
            return False

    def press(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def tab(self):
        webdriver.ActionChains(self.driver).send_keys(Keys.TAB).perform()

    def screenshot(self, name):
        path = self.folder / f"{name}.png"
        path.write_bytes(self.driver.get_screenshot_as_png())
        return path

    def barriers(self):
        """What axe-core finds, of any weight."""
        self.driver.execute_script(self.axe)
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations']}).then(done, (error) => done({error: String(error)}))"
        )
        if "error" in result:
            return [result["error"]]
        return [
            f"{found['impact']}: {found['id']}: {found['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
            for found in result["violations"]
            for node in found["nodes"][:3]
        ]
