"""Files that are generated from others are what those give today."""

import sys

import access
import install
import legacy


def check(report):
    report.check("crds/legacy is what crds gives, less what Kubernetes 1.20 to 1.28 lack", legacy.differences())
    report.check("deploy/install.yaml is what crds and deploy/base give", install.differences())


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    legacy.write()
    install.write()
    access.write()
