"""All checks that need no server. Tests/Manifests/check runs them."""

import definitions
import generated
import objects
import rendered
from report import Report

report = Report()
definitions.check(report)
objects.check(report)
rendered.check(report)
generated.check(report)
report.finish("manifests")
