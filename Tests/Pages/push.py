"""A reader's story with an installation: a repository, a push that a git host tells of, and composer require."""

import hashlib
import hmac
import json
import os
import re
import subprocess
import urllib.error
import urllib.request

import yaml

import cluster
from definitions import ROOT

SECRET = "correct horse battery staple"
# Whom components/basic-auth lets in.
READER, PASSWORD = "composer", "let me in"
PROXYLESS = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Push:
    """`operator` is the namespace of the webhook service, `home` the one of the repository and its web server."""

    def __init__(self, scene, operator, home):
        self.scene = scene
        self.home = home
        self.hooks = cluster.service("satis-webhook", operator)
        self.packages = cluster.service("satis-web", home)

    def repository(self):
        """deploy/example/repository.yaml, with names that this cluster reaches."""
        names = {
            "http://satis-web.satis.svc": self.packages,
            "https://github.com/php-fig/log.git": f"{self.scene.url}/acme/lib.git",
            "https://github.com/php-fig/container.git": f"{self.scene.url}/acme/app.git",
            '"require-all": true,': '"require-all": true, "config": {"secure-http": false},',
        }
        text = (ROOT / "deploy/example/repository.yaml").read_text()
        for name, value in names.items():
            text = text.replace(name, value)
        for document in yaml.safe_load_all(text):
            document["metadata"]["namespace"] = self.home
            if document["kind"] == "Secret":
                document["stringData"]["secret"] = SECRET
            else:
                document["spec"]["image"] = "localhost/satis-standin:dev"
            yield document

    def tell(self, commit, tag):
        """Posts what GitHub does after the push of a tag, and returns the name of the build."""
        body = json.dumps(
            {
                "ref": f"refs/tags/{tag}",
                "after": commit,
                "head_commit": {"id": commit},
                "deleted": False,
                "repository": {"clone_url": f"{self.scene.url}/acme/lib.git"},
                "sender": {"login": "reader"},
            }
        ).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"{self.hooks}/{self.home}/packages", body)
        request.add_header("Content-Type", "application/json")
        request.add_header("X-GitHub-Event", "push")
        request.add_header("X-GitHub-Delivery", f"{self.home}-{tag}")
        request.add_header("X-Hub-Signature-256", f"sha256={signature}")
        try:
            with PROXYLESS.open(request, timeout=20) as answer:
                return json.load(answer)["build"]
        except urllib.error.HTTPError as refusal:
            raise cluster.Refused(f"the webhook answers {refusal.code}: {refusal.read().decode()}") from None

    def built(self, name):
        """Why a build has not ended well."""
        for build in cluster.items("satisbuilds", self.home):
            if build["metadata"]["name"] == name:
                state = (build.get("status", {}).get("conditions") or [{}])[0]
                return [] if state.get("reason") == "Succeeded" else [f"build {name} is {state}"]
        return [f"there is no build {name}"]

    def require(self, tag):
        """Lets composer install what was pushed, and returns its complaints."""
        folder = self.scene.folder / f"shop-{self.home}-{tag}"
        folder.mkdir()
        settings = {
            "config": {"secure-http": False},
            "repositories": [{"packagist.org": False}, {"type": "composer", "url": self.packages}],
        }
        (folder / "composer.json").write_text(json.dumps(settings))
        host = self.packages.removeprefix("http://")
        environment = {
            **os.environ,
            "COMPOSER_ALLOW_SUPERUSER": "1",
            "COMPOSER_NO_INTERACTION": "1",
            "COMPOSER_HOME": str(folder / "composer"),
            "COMPOSER_AUTH": json.dumps({"http-basic": {host: {"username": READER, "password": PASSWORD}}}),
            "no_proxy": "*",
        }
        command = ["composer", "--no-ansi", "require", f"acme/lib:{tag}"]
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        told = result.stdout + result.stderr
        return [] if re.search(rf"Installing acme/lib \({re.escape(tag)}\)", told) else [told.strip()]


def check(report, name, scene, operator, home):
    """Reports on each step; `name` is that of the installation."""
    push = Push(scene, operator, home)
    cluster.apply(push.repository())
    report.check(f"{name}: a repository builds itself", cluster.until(lambda: cluster.unrest(home)))
    commit, tag = scene.release("lib")
    build = push.tell(commit, tag)
    report.check(f"{name}: a push is built", cluster.until(lambda: push.built(build)))
    report.check(f"{name}: composer installs what was pushed", push.require(tag))
