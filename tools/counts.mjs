/** How many tests passed and failed, from what programs print. */

/** What a suite says of itself; a suite that failed without counting a failure, or counted nothing, is one test. */
export function suiteCount(output, code) {
  const jest = /^Tests:\s+(?:(\d+) failed, )?.*?(?:(\d+) passed, )?\d+ total/m.exec(output);
  const tap = [/^(?:ℹ|#) pass (\d+)$/m.exec(output), /^(?:ℹ|#) fail (\d+)$/m.exec(output)];
  if (jest) return checked({ failed: Number(jest[1] ?? 0), passed: Number(jest[2] ?? 0) }, code);
  if (tap[0] && tap[1]) return checked({ passed: Number(tap[0][1]), failed: Number(tap[1][1]) }, code);
  return sumCount(output, code);
}

/** What a command with several suites says at its end: "N passed, N failed". */
export function sumCount(output, code) {
  const sum = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  if (sum) return checked({ passed: Number(sum[1]), failed: Number(sum[2]) }, code);
  return checked({ passed: code === 0 ? 1 : 0, failed: 0 }, code);
}

function checked({ passed, failed }, code) {
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
