"""What a reader has at hand: a checkout for this cluster, and a git host with a package."""

import functools
import http.server
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

import cluster
from definitions import ROOT


class Scene:
    """While it is entered, its git host answers."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="satis-pages."))
        self.checkout = self.folder / "checkout"
        self.git = self.folder / "git"
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()
        self.copy_checkout()
        for package in ("lib", "app"):
            self.publish(package)
        self.serve()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def copy_checkout(self):
        """As the pages tell a user of Kubernetes 1.20 to have it, with the images and volumes of this cluster."""
        shutil.copytree(cluster.DEFINITIONS, self.checkout / "crds")
        shutil.copytree(ROOT / "deploy", self.checkout / "deploy")
        (self.checkout / "deploy/kustomization.yaml").write_text("bases: [overlays/local]\n")
        self.run_git(self.checkout, "init", "--quiet")
        self.commit(self.checkout)

    def publish(self, package):
        """A bare repository, as files that git can clone over http."""
        work = self.folder / package
        (work / "src").mkdir(parents=True)
        (work / "composer.json").write_text('{"name": "acme/%s", "license": "MIT"}\n' % package)
        (work / "src" / "Greeting.php").write_text("<?php\n")
        self.run_git(work, "init", "--quiet", "--initial-branch", "main")
        self.commit(work)
        self.run_git(work, "tag", "1.0.0")
        bare = self.git / "acme" / f"{package}.git"
        self.run_git(self.folder, "clone", "--quiet", "--bare", str(work), str(bare))
        self.run_git(bare, "update-server-info")

    def release(self, package):
        """Pushes a commit with the next tag, and returns both."""
        work, bare = self.folder / package, self.git / "acme" / f"{package}.git"
        tags = self.run_git(work, "tag", "--sort=v:refname").split()
        tag = f"1.{len(tags)}.0"
        (work / "src" / "Greeting.php").write_text(f"<?php // {tag}\n")
        self.commit(work)
        self.run_git(work, "tag", tag)
        self.run_git(work, "push", "--quiet", "--tags", str(bare), "main")
        self.run_git(bare, "update-server-info")
        return self.run_git(work, "rev-parse", "HEAD").strip(), tag

    def commit(self, folder):
        self.run_git(folder, "add", "--all")
        self.run_git(folder, "commit", "--quiet", "--message", "Another version")

    def run_git(self, folder, *arguments):
        identity = ["-c", "user.name=Reader", "-c", "user.email=reader@example.org"]
        command = ["git", *identity, "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def serve(self):
        address = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}")
        handler = functools.partial(Files, directory=str(self.git))
        self.server = http.server.ThreadingHTTPServer((address, 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://{address}:{self.server.server_port}"

    def environment(self):
        return {**cluster.ENVIRONMENT, "GIT_URL": self.url, "SCRATCH": str(self.scratch)}

    def stand_in(self, text):
        """The text with the names of this scene in the place of those of the pages."""
        names = {
            "https://git.example.org": lambda: self.url,
            "https://packages.example.org": lambda: cluster.service("satis-web"),
            "https://hooks.example.org": lambda: cluster.service("satis-webhook"),
        }
        for name, value in names.items():
            if name in text:
                text = text.replace(name, value())
        return text


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
