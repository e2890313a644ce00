"""Runs the scripts of a folder, `run.py FOLDER [NAME …]`; the last line is "N passed, N failed"."""

import sys
import unittest


def main():
    folder, *names = sys.argv[1:]
    patterns = [f"{name}_test.py" for name in names] or ["*_test.py"]
    suite = unittest.TestSuite(
        unittest.TestLoader().discover(folder, pattern=pattern, top_level_dir=folder) for pattern in patterns
    )
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
