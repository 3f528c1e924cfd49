"""All checks that need no server. Tests/Manifests/check runs them."""

import access
import advice
import alerts
import careful
import cluster
import components
import definitions
import generated
import local
import objects
import rendered
import serving
from report import Report

report = Report()
definitions.check(report)
objects.check(report)
rendered.check(report)
serving.check(report)
local.check(report)
cluster.check(report)
components.check(report)
advice.check(report)
access.check(report)
alerts.check(report)
careful.check(report)
generated.check(report)
report.finish("manifests")
