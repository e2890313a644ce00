/**
 * What CI runs: every suite once, those that are likeliest to miss something on a new machine there, the others in this clone.
 * The last line is the sum, "N passed, N failed".
 */
import { sumCount } from "./counts.mjs";
import { capture, run, say, seconds } from "./report.mjs";

const commands = [
  ["npm", "test", "--", "package", "examples", "install", "conformance", "python", "torch", "notebook"],
  ["npm", "run", "new-machine", "--", "lint", "types", "unit", "lens"],
];

await run(async () => {
  const results = [];
  for (const [command, ...args] of commands) {
    const began = Date.now();
    say(`\n━━━━ ${command} ${args.join(" ")}`);
    const { code, output } = await capture(command, args, { minutes: 90, echo: true });
    results.push({ name: [command, ...args].join(" "), ...sumCount(output, code), time: seconds(began) });
  }
  say("");
  for (const { name, passed, failed, time } of results)
    say(`${name}: ${passed} passed, ${failed} failed in ${time}`);
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  say(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 ? 0 : 1;
});
