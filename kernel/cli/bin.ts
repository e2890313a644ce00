#!/usr/bin/env node
import { run } from "./commands.js";

// Whoever reads what is printed may have had enough, as `| head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(1);
});
process.exitCode = await run(process.argv.slice(2));
