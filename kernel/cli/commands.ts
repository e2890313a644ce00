import { didYouMean } from "../../core/data/did-you-mean.js";
import { manifest } from "../package.js";
import { doctor } from "./doctor.js";
import { embed } from "./embed.js";
import { evaluate } from "./evaluate.js";
import { inspect } from "./inspect.js";
import { install, uninstall } from "./install-command.js";
import { maps } from "./maps.js";
import { type Command, UsageError } from "./options.js";
import { print, say } from "./terminal.js";

const COMMANDS: Record<string, Command> = { maps, embed, evaluate, inspect, doctor, install, uninstall };

/**
 * Runs the command line.
 * @param argv arguments without `node` and the script
 * @returns the exit code: 0 done, 1 it could not be done (a document, a model), 2 it was asked the wrong way, 130 the
 *   person stopped it (Ctrl+C)
 */
export async function run(argv: readonly string[]): Promise<0 | 1 | 2 | 130> {
  const [name, ...rest] = argv[0] === "help" && argv.length > 1 ? [argv[1], "--help"] : argv;
  if (name === "--version") {
    print(`${manifest.version}\n`);
    return 0;
  }
  if (name === undefined) {
    process.stderr.write(overview());
    return 2;
  }
  if (name === "help" || isHelp(name)) {
    print(overview());
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
  const stop = new AbortController();
  // Only the first one: a second Ctrl+C ends the process at once, as it does everywhere.
  const onSignal = () => stop.abort(new Error("stopped, nothing was written"));
  for (const signal of SIGNALS) process.once(signal, onSignal);
  try {
    if (!command) throw unknownCommand(name);
    if (rest.some(isHelp)) {
      print(`${command.usage}\n`);
      return 0;
    }
    return await command.run(rest, stop.signal);
  } catch (error) {
    const reason = stop.signal.aborted && isAbort(error) ? stop.signal.reason : error;
    say(`colpali-lens: ${reason instanceof Error ? reason.message : String(reason)}`);
    if (stop.signal.aborted) return 130;
    const usage = error instanceof UsageError;
    if (usage) say(`See \`colpali-lens ${command ? `${name} ` : ""}--help\`.`);
    return usage ? 2 : 1;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function isAbort(error: unknown): boolean {
  return (error as Error | null)?.name === "AbortError";
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(COMMANDS);
  const near = didYouMean(name, [...names, "--help", "--version"]);
  return new UsageError(`unknown command: ${name}, expected one of ${names.join(", ")}${near}`);
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `colpali-lens ${manifest.version}: why a ColPali-family model matched a page\n\n${lines.join("\n")}\n\nEach takes --help. Ends with 0 when done, 1 when it could not be done, 2 when asked the wrong way, 130 when stopped.\n`;
}
