"""Run every check of the repository and print what is wrong."""

import sys
from pathlib import Path

from tools.check import leaks, licences, size_budget, translations

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (size_budget.findings, leaks.findings, licences.findings, translations.findings)


def main() -> int:
    found = [line for check in CHECKS for line in check(ROOT)]
    for line in found:
        print(line)
    if not found:
        print("sizes, addresses, paths, keys, licences, translations: nothing to report")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
