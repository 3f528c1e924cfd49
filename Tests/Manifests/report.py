"""How checks speak: one line for what holds, the findings for what does not, a line of counts at the end."""

import sys


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, findings):
        """`name` is the sentence that has to hold; each finding says where it does not, and what to do."""
        findings = list(findings)
        if findings:
            self.failed += 1
            print(f"FAILED  {name}")
            for finding in findings:
                print(f"        {finding}")
        else:
            self.passed += 1
            print(f"ok      {name}")

    def finish(self, name):
        print(f"{name} {self.passed + self.failed}, failed {self.failed}")
        sys.exit(1 if self.failed else 0)
