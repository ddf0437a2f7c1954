"""Prints "PASSED FAILED SKIPPED" of one JUnit report; fails where there is none or it holds no test."""

import sys
import xml.etree.ElementTree as tree


def main() -> int:
    try:
        root = tree.parse(sys.argv[1]).getroot()
    except (OSError, tree.ParseError) as problem:
        print(f"no report of tests at {sys.argv[1]}: {problem}", file=sys.stderr)
        return 1
    tests = failed = skipped = 0
    for case in root.iter("testcase"):
        tests += 1
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
    if tests == 0:
        print(f"{sys.argv[1]} holds no test", file=sys.stderr)
        return 1
    print(tests - failed - skipped, failed, skipped)
    return 0


sys.exit(main())
