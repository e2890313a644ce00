/** The sums at the end of `npm test` and of CI, from what the suites print. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { suiteCount, sumCount } from "../../tools/counts.mjs";

test("a suite's own words are read: jest, Node's runner, a plain sum, and an exit code", () => {
  for (const [output, code, passed, failed] of [
    ["Tests:       2 failed, 3 skipped, 40 passed, 45 total\n", 1, 40, 2],
    ["Tests:       3 skipped, 40 passed, 43 total\n", 0, 40, 0],
    ["Tests:       2 failed, 2 total\n", 1, 0, 2],
    ["ℹ tests 7\nℹ pass 6\nℹ fail 1\n", 1, 6, 1],
    ["4 passed, 1 failed\nmore\n9 passed, 2 failed\n", 1, 9, 2],
    ["Checked 12 files.\n", 0, 1, 0],
    ["Found 3 errors.\n", 1, 0, 1],
    ["", 127, 0, 1],
  ])
    assert.deepEqual(suiteCount(output, code), { passed, failed }, output);
});

test("a command's sum is its last one, whatever its suites print before", () => {
  const output = "Tests:       40 passed, 40 total\n5 passed, 0 failed\n\n45 passed, 0 failed\n";
  assert.deepEqual(sumCount(output, 0), { passed: 45, failed: 0 });
});

test("a command that failed after a sum without failures, or before one, has a failure", () => {
  assert.deepEqual(sumCount("5 passed, 0 failed\nThe browser could not be fetched.\n", 1), {
    passed: 5,
    failed: 1,
  });
  assert.deepEqual(sumCount("npm could not be started\n", 127), { passed: 0, failed: 1 });
});
