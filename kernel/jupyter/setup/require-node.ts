/** Ends a process that is to be the kernel on a Node that cannot run it. Imported first, before anything that needs a newer one. */
import { nodeProblem } from "./node.js";

const problem = nodeProblem(process.version, process.execPath);
if (problem) {
  process.stderr.write(`colpali-lens: ${problem}\n`);
  process.exit(1);
}
