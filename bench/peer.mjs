/** Runs our side and the Python side in turn, so that whatever else the machine does hits both. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** BENCH_PYTHON is an interpreter with colpali-engine, torch and onnxruntime. @returns a function that runs a task and gives milliseconds */
export async function startPeer(kind, folder, more = []) {
  const python = process.env.BENCH_PYTHON ?? "python3";
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const child = spawn(python, [join(here, "peer.py"), kind, folder, ...more.map(String)], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error(
        `the Python side ended; BENCH_PYTHON (${python}) needs colpali-engine, torch and onnxruntime`,
      );
    return value;
  };
  while ((await line()) !== "ready");
  return {
    async run(task) {
      child.stdin.write(`${task}\n`);
      return Number(await line());
    },
    stop: () => child.kill(),
  };
}

export async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs all in turn, the first round unmeasured; @returns medians by name */
export async function interleave(rounds, works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const [name, work] of Object.entries(works)) {
      const ms = await work();
      if (round > 0) times[name].push(ms);
    }
  return Object.fromEntries(
    Object.entries(times).map(([name, t]) => [name, t.sort((a, b) => a - b)[t.length >> 1]]),
  );
}

export function table(title, medians, base) {
  console.log(`\n${title} (medians; last column: ${base} as a multiple)`);
  for (const [name, ms] of Object.entries(medians))
    console.log(
      `  ${name.padEnd(34)} ${ms.toFixed(2).padStart(10)} ms  ${(medians[base] / ms).toFixed(3).padStart(8)} x`,
    );
}
