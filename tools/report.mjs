/** What the two commands say while they work, and how they run other programs. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** A problem that a person can solve: shown without a stack. */
export class Trouble extends Error {}

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs `main`, shows what went wrong in words, and ends the process with its exit code. */
export async function run(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Trouble ? error.message : error.stack}\n`);
    // At once: what still runs beside the step that failed is of no use.
    process.exit(1);
  }
}

/** @param {number} since milliseconds */
export function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * Announces a step, runs a program with its output in `.cache/setup/NAME.log`, and says how long it took.
 * While it is quiet for long, it says that it goes on. Ends with the last lines of the log when it fails.
 *
 * @param {{name: string, title: string, command: string, args: string[], minutes?: number, env?: object, help?: string}} step
 * @returns {Promise<string>} what the program printed
 */
export async function step({ name, title, command, args, minutes = 20, env = {}, help = "" }) {
  const began = Date.now();
  say(`• ${title} …`);
  const beat = setInterval(() => say(`  still at it: ${title} (${seconds(began)})`), 30_000);
  const { code, output, timedOut } = await capture(command, args, { env, minutes });
  clearInterval(beat);
  const log = join(root, ".cache", "setup", `${name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, output);
  if (code !== 0) {
    const why = timedOut ? `gave no result in ${minutes} minutes` : `ended with code ${code}`;
    throw new Trouble(
      `${title}: ${command} ${why}.\n  ${excerpt(output)}\nAll of it: ${log}${help && `\n${help}`}`,
    );
  }
  say(`  done: ${title} (${seconds(began)})`);
  return output;
}

/** The first lines say what went wrong, the last ones where. */
function excerpt(output) {
  const lines = output.trim().split("\n");
  const shown = lines.length > 16 ? [...lines.slice(0, 8), "…", ...lines.slice(-8)] : lines;
  return shown.join("\n  ");
}

/** Process groups that are running: none may outlive this process. */
const running = new Set();
const end = (pid) => {
  try {
    process.platform === "win32" ? process.kill(pid, "SIGKILL") : process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};
process.on("exit", () => running.forEach(end));
const ends = Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }).map(([signal, code]) => [
  signal,
  () => process.exit(code),
]);

function began(pid) {
  if (running.size === 0) for (const [signal, exit] of ends) process.on(signal, exit);
  running.add(pid);
}

/** Without a program that runs, signals do what they do to any process. */
function ended(pid) {
  running.delete(pid);
  if (running.size === 0) for (const [signal, exit] of ends) process.off(signal, exit);
}

/**
 * Runs a program until it ends, `minutes` are over or `signal` is aborted; never rejects. Code 127 stands for a program that
 * could not be started.
 */
export function capture(command, args, { env = {}, minutes = 1, cwd = root, echo = false, signal } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      shell: process.platform === "win32" && /\.cmd$/.test(command),
    });
    if (child.pid) began(child.pid);
    let output = "";
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      end(child.pid);
    }, minutes * 60_000);
    signal?.addEventListener("abort", () => end(child.pid));
    const take = (stream) => (chunk) => {
      output += chunk;
      if (echo) stream.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    child.on("error", (error) => {
      clearTimeout(limit);
      ended(child.pid);
      done({ code: 127, output: output + error.message, timedOut });
    });
    child.on("close", (code) => {
      clearTimeout(limit);
      ended(child.pid);
      done({ code: code ?? 1, output, timedOut });
    });
  });
}
