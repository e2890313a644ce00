import { doctor } from "./cli/doctor.js";
import { embed } from "./cli/embed.js";
import { inspect } from "./cli/inspect.js";
import { install, uninstall } from "./cli/install.js";
import { maps } from "./cli/maps.js";
import { type Command, UsageError } from "./cli/options.js";
import { manifest } from "./package.js";

const COMMANDS: Record<string, Command> = { maps, embed, inspect, doctor, install, uninstall };

/**
 * Runs the command line.
 * @param argv arguments without `node` and the script
 * @returns the exit code: 0 done, 1 it could not be done (a document, a model), 2 it was asked the wrong way
 */
export async function run(argv: readonly string[]): Promise<0 | 1 | 2> {
  const [name, ...rest] = argv;
  if (name === "--version") {
    process.stdout.write(`${manifest.version}\n`);
    return 0;
  }
  if (name === undefined || name === "--help" || name === "help") {
    (name === undefined ? process.stderr : process.stdout).write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name];
  try {
    if (!command)
      throw new UsageError(`unknown command: ${name}, expected one of ${Object.keys(COMMANDS).join(", ")}`);
    if (rest.includes("--help")) {
      process.stdout.write(`${command.usage}\n`);
      return 0;
    }
    return await command.run(rest);
  } catch (error) {
    const usage = error instanceof UsageError;
    process.stderr.write(`colpali-lens: ${error instanceof Error ? error.message : String(error)}\n`);
    if (usage) process.stderr.write(`See \`colpali-lens ${command ? `${name} ` : ""}--help\`.\n`);
    return usage ? 2 : 1;
  }
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `colpali-lens ${manifest.version}: why a ColPali-family model matched a page\n\n${lines.join("\n")}\n\nEach takes --help.\n`;
}
