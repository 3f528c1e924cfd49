"""Files that are generated from others are what those give today."""

import legacy


def check(report):
    report.check("crds/legacy is what crds gives, less what Kubernetes 1.20 to 1.28 lack", legacy.differences())
