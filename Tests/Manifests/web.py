"""What the web server of deploy/base/web answers. The argument is a folder with Debian's nginx unpacked in it."""

import base64
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

import yaml

from definitions import ROOT
from report import Report

CONFIGURATION = ROOT / "deploy" / "base" / "web" / "nginx.conf"
DEPLOYMENT = ROOT / "deploy" / "base" / "web" / "deployment.yaml"
AUTHENTICATION = ROOT / "deploy" / "components" / "basic-auth" / "authentication.conf"
INCLUDE = "include/all$0123456789abcdef0123456789abcdef01234567.json"
ARCHIVE = "dist/acme/tools/acme-tools-1.0.0-0a1b2c.zip"
CHANGING, LASTING = "no-cache", "max-age=31536000, immutable"


def write_release(output, name, version):
    """A release as a build leaves it: a folder of its own, then `current` replaced by one rename."""
    release = output / "releases" / name
    packages = json.dumps({"packages": {"acme/tools": {version: {"description": "x" * 2000}}}})
    files = {
        "packages.json": packages,
        "p2/acme/tools.json": packages,
        "index.html": "<h1>Packages</h1>",
        INCLUDE: packages,
        ARCHIVE: "archive",
        ".htpasswd": "secret",
    }
    for path, text in files.items():
        file = release / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (output / "next").symlink_to(f"releases/{name}")
    (output / "next").rename(output / "current")


def at_hand(text, places, partly=False):
    """A text of the container, with the places that this machine has instead."""
    missing = [place for place in places if place not in text]
    if missing and not partly:
        sys.exit(f"{text}has no {', '.join(missing)}, which this check replaces: change Tests/Manifests/web.py")
    return re.sub("|".join(map(re.escape, places)), lambda match: places[match.group()], text)


@contextlib.contextmanager
def server(folder, output, users=None):
    """nginx with the command and the configuration as they are, but for the paths and the port of a container.

    With `users`, the lines of an htpasswd file, it has what the component adds.
    """
    work = pathlib.Path(tempfile.mkdtemp(dir=folder))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = {
        "/output/": f"{output}/",
        "/etc/nginx/": f"{sys.argv[1]}/etc/nginx/",
        "/etc/satis-web-extra/": f"{work}/extra/",
        "/tmp/": f"{work}/",
        "/dev/stdout": f"{work}/access.log",
    }
    text = CONFIGURATION.read_text()
    text = at_hand(text, places)
    if users:
        (work / "extra").mkdir()
        (work / "extra" / AUTHENTICATION.name).write_text(at_hand(AUTHENTICATION.read_text(), places, partly=True))
        (work / "extra" / "htpasswd").write_text(users)
    if os.geteuid() == 0:
        # As root nginx would serve as somebody else, who may not read a temporary folder.
        text = "user root;\n" + text
    (work / "nginx.conf").write_text(text)
    (container,) = yaml.safe_load(DEPLOYMENT.read_text())["spec"]["template"]["spec"]["containers"]
    *shell, script = container["command"]
    places = {
        "8080": f"{port}",
        "/tmp/": f"{work}/",
        "/etc/satis-web/": f"{work}/",
        "exec nginx": f"exec {sys.argv[1]}/usr/sbin/nginx",
    }
    command = [*shell, at_hand(script, places)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while True:
            if process.poll() is not None:
                sys.exit(f"nginx ended: {process.stderr.read()}")
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
        yield port
    finally:
        process.terminate()
        process.wait()


class Client:
    def __init__(self, port, address="127.0.0.1"):
        self.connection = http.client.HTTPConnection(address, port, timeout=10)

    def ask(self, path, method="GET", **headers):
        """Status, headers in lower case, and body."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, headers=names)
        response = self.connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def expect(got, wanted):
    return [] if got == wanted else [f"got {got}", f"wanted {wanted}"]


def check_before_the_first_release(report, client):
    report.check("web: healthy before the first release", expect(client.ask("/healthz")[0], 200))
    status, headers, body = client.ask("/packages.json")
    report.check("web: before the first release it says so", expect((status, b"get satisbuilds" in body), (503, True)))
    report.check("web: nobody may keep that answer", expect(headers.get("cache-control"), None))


def check_serving(report, client):
    for path, caching, kind in (
        ("/packages.json", CHANGING, "application/json"),
        ("/p2/acme/tools.json", CHANGING, "application/json"),
        ("/", CHANGING, "text/html"),
        (f"/{INCLUDE}", LASTING, "application/json"),
        (f"/{INCLUDE.replace('$', '%24')}", LASTING, "application/json"),
        (f"/{ARCHIVE}", LASTING, "application/zip"),
    ):
        status, headers, _ = client.ask(path)
        got = (status, headers.get("cache-control"), headers.get("content-type"))
        report.check(f"web: {path} is served as {kind}, {caching}", expect(got, (200, caching, kind)))
    status, headers, _ = client.ask("/dist/acme/tools/gone-1.0.0-0a1b2c.zip")
    got = (status, headers.get("cache-control"), headers.get("content-type"))
    report.check("web: that an archive is missing is said in text and not kept", expect(got, (404, None, "text/plain")))
    report.check("web: hidden files stay hidden", expect(client.ask("/.htpasswd")[0], 404))
    report.check("web: nothing above the release is served", expect(client.ask("/../releases/")[0], 400))
    report.check("web: folders are not listed", expect(client.ask("/dist/")[0], 403))
    status, headers, _ = client.ask("/dist")
    report.check("web: a redirect names no port", expect((status, headers.get("location")), (301, "/dist/")))
    report.check("web: nothing can be written", expect(client.ask("/packages.json", method="PUT")[0], 405))


def check_compression(report, client):
    _, plain, body = client.ask("/packages.json")
    _, packed, bytes_ = client.ask("/packages.json", Accept_Encoding="gzip")
    report.check("web: JSON is compressed on demand", expect(packed.get("content-encoding"), "gzip"))
    report.check("web: compressed it is the same", expect(gzip.decompress(bytes_), body))
    report.check("web: caches tell the two apart", expect(plain.get("vary"), "Accept-Encoding"))
    _, headers, _ = client.ask(f"/{ARCHIVE}", Accept_Encoding="gzip")
    report.check("web: archives are sent as they are", expect(headers.get("content-encoding"), None))


def check_release(report, client, output):
    _, headers, before = client.ask("/packages.json")
    status, _, body = client.ask("/packages.json", If_None_Match=headers["etag"])
    report.check("web: what is known already is not sent again", expect((status, body), (304, b"")))
    write_release(output, "2", "1.0.10")
    status, _, after = client.ask("/packages.json", If_None_Match=headers["etag"])
    report.check("web: a new release is served from the next request on", expect((status, after != before), (200, True)))


def check_passwords(report, folder, output):
    command = ["openssl", "passwd", "-apr1", "secret"]
    hashed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    with server(folder, output, users=f"composer:{hashed}") as port:
        client = Client(port)

        def status_as(user):
            return client.ask("/packages.json", Authorization="Basic " + base64.b64encode(user).decode())[0]

        status, headers, body = client.ask("/packages.json")
        got = (status, headers.get("www-authenticate"), b"acme" in body)
        wanted = (401, 'Basic realm="Composer packages"', False)
        report.check("web: with passwords, who gives none is asked for one", expect(got, wanted))
        report.check("web: a wrong password is refused", expect(status_as(b"composer:wrong"), 401))
        report.check("web: the right one is served", expect(status_as(b"composer:secret"), 200))
        report.check("web: archives need it as well", expect(client.ask(f"/{ARCHIVE}")[0], 401))
        report.check("web: probes need none", expect(client.ask("/healthz")[0], 200))


def main():
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder, "output")
        output.mkdir()
        with server(folder, output) as port:
            client = Client(port)
            if pathlib.Path("/proc/net/if_inet6").exists():
                report.check("web: IPv6 is as good as IPv4", expect(Client(port, "::1").ask("/healthz")[0], 200))
            check_before_the_first_release(report, client)
            write_release(output, "1", "1.0.0")
            check_serving(report, client)
            check_compression(report, client)
            check_release(report, client, output)
        check_passwords(report, folder, output)
    report.finish("web server")


main()
