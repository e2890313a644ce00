import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { AttentionLayer } from "../../engine/graphs/attention-layers.js";
import type { TappedGraph } from "../../engine/graphs/tapped-graph.js";
import { ModelError, ProviderError } from "../../engine/model-error.js";
import type { Feed, FloatTensor, Graph, Provider, ValueInfo } from "../../engine/runtime.js";
import { openGraph } from "./node-graph.js";
import { tappedName } from "./tapped-file.js";
import { keepProcess } from "./threads.js";

export type ProcessRequest =
  /** `tapped`: the graph gives its attention, too; `keepsFloat16` as in `openGraph`. */
  | { kind: "open"; path: string; provider: Provider; tapped: boolean; keepsFloat16?: boolean }
  | { kind: "run"; feeds: Record<string, Feed>; outputs?: string[] };
export type ProcessReply =
  /** `layers` of a tapped graph. */
  | { kind: "open"; inputs: ValueInfo[]; outputs: ValueInfo[]; layers: AttentionLayer[] | null }
  | { kind: "outputs"; outputs: Record<string, FloatTensor> }
  /** `running`: the provider failed at the work, rather than that the work was wrong. */
  | { kind: "failed"; message: string; running: boolean };

const entry = fileURLToPath(new URL("./graph-process.js", import.meta.url));

/**
 * A large graph in a process of its own. The runtime cannot be stopped within a run or while it loads, and what has seconds or
 * minutes to go must stop with the cell: the process is ended, and started again when the graph is next asked for. Where
 * memory runs out the system ends this process, and the notebook lives on and says so. Runs go one after the other. Where the
 * package has not been built (unit tests on the sources) the graph runs in the caller's thread.
 *
 * With attention the graph is another one that holds the same weights. Of the two only one stays loaded: who starts ends the
 * other, unless that one is at work.
 */
export async function openProcessGraph(
  path: string,
  how: { provider: Provider; keepsFloat16?: boolean },
  signal?: AbortSignal,
): Promise<Graph> {
  if (!existsSync(entry)) return openGraph(path, how.provider, undefined, how.keepsFloat16);
  return served(basename(path), await Server.start({ path, ...how, tapped: false }, signal));
}

/** The same of a graph that gives its attention: the file is edited in that process. */
export async function openTappedProcess(
  path: string,
  how: { provider: Provider; keepsFloat16?: boolean },
  signal?: AbortSignal,
): Promise<TappedGraph> {
  const server = await Server.start({ path, ...how, tapped: true }, signal);
  return { layers: server.layers ?? [], graph: served(tappedName(path), server) };
}

/** Whether graphs can have processes: only the package as it is built has the file that they run. */
export function hasProcesses(): boolean {
  return existsSync(entry);
}

/** A graph that a process runs; the process is started again where it was ended. */
function served(name: string, first: Server): Graph {
  let server: Server | null = first;
  const { inputs, outputs: produced, what } = first;
  let disposed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function runNow(
    feeds: Record<string, Feed>,
    outputs: string[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, FloatTensor>> {
    signal?.throwIfAborted();
    if (disposed) throw new ModelError(`${name} was disposed of`);
    while (!server?.isAlive) server = await Server.start(what, signal);
    // Only what the graph reads: reading an unused feed might make it.
    const used = Object.fromEntries(
      inputs.flatMap(({ name }) => (name in feeds ? [[name, feeds[name]]] : [])),
    );
    const reply = await server.ask({ kind: "run", feeds: used, outputs }, signal);
    return (reply as ProcessReply & { kind: "outputs" }).outputs;
  }

  return {
    name,
    provider: what.provider,
    inputs,
    outputs: produced,
    run(feeds, outputs, signal) {
      const turn = last.then(() => runNow(feeds, outputs, signal));
      last = turn.catch(() => {});
      return turn;
    },
    async dispose() {
      disposed = true;
      await last;
      await server?.end();
      server = null;
    },
  };
}

/** The end of what a process writes about its death. */
const LAST_WORDS = 500;

/** What a process has loaded. */
type Opened = Omit<ProcessRequest & { kind: "open" }, "kind">;

/** One process with the graph loaded. */
class Server {
  static readonly #all = new Set<Server>();
  inputs: ValueInfo[] = [];
  outputs: ValueInfo[] = [];
  layers: AttentionLayer[] | null = null;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #settle: { resolve: (reply: ProcessReply) => void; reject: (error: unknown) => void } | null = null;
  #written = "";

  /** @throws ModelError when the graph does not load; the signal's reason, with nothing left running */
  static async start(what: Opened, signal?: AbortSignal): Promise<Server> {
    signal?.throwIfAborted();
    const others = [...Server.#all].filter((one) => one.#holdsTheSame(what) && one.#settle === null);
    await Promise.all(others.map((one) => one.end()));
    signal?.throwIfAborted();
    const server = new Server(what);
    try {
      const opened = (await server.ask({ kind: "open", ...what }, signal)) as ProcessReply & { kind: "open" };
      ({ inputs: server.inputs, outputs: server.outputs, layers: server.layers } = opened);
      return server;
    } catch (error) {
      await server.end();
      throw error;
    }
  }

  private constructor(readonly what: Opened) {
    // Node's own options of this process, such as --eval, are not for that one.
    this.#child = fork(entry, {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    keepProcess(this.#child);
    Server.#all.add(this);
    this.#child.once("exit", () => Server.#all.delete(this));
    this.#child.stderr!.on("data", (chunk) => {
      this.#written = `${this.#written}${chunk}`.slice(-LAST_WORDS);
    });
    this.#child.on("message", (reply: ProcessReply) => {
      if (reply.kind === "failed")
        this.#take()?.reject(new (reply.running ? ProviderError : ModelError)(reply.message));
      else this.#take()?.resolve(reply);
    });
    this.#child.on("error", (error) => this.#take()?.reject(this.#failure(error.message)));
    this.#ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.once("close", (code, by) => {
      this.#take()?.reject(this.#failure(causeOfDeath(code, by, this.#written)));
    });
    this.#keepWaiting(false);
  }

  get isAlive(): boolean {
    const { connected, exitCode, signalCode, killed } = this.#child;
    return connected && exitCode === null && signalCode === null && !killed;
  }

  /** The weights of a file, one with attention, the other without. */
  #holdsTheSame({ path, tapped }: Opened): boolean {
    return this.what.path === path && this.what.tapped !== tapped;
  }

  /** Ends the process when the signal is given before the answer is there. */
  async ask(request: ProcessRequest, signal?: AbortSignal): Promise<ProcessReply> {
    const stop = () => {
      this.#take()?.reject(signal!.reason);
      void this.end();
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
        this.#keepWaiting(true);
        this.#child.send(request, (error) => {
          if (error) this.#take()?.reject(this.#failure(error.message));
        });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#keepWaiting(false);
    }
  }

  async end(): Promise<void> {
    this.#child.ref();
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #take() {
    const settle = this.#settle;
    this.#settle = null;
    return settle;
  }

  /** This process may end while a model is loaded, but not while it waits for it. */
  #keepWaiting(wait: boolean): void {
    const { channel, stderr } = this.#child;
    for (const handle of [this.#child, channel, stderr as Pick<Socket, "ref" | "unref"> | null])
      wait ? handle?.ref() : handle?.unref();
  }

  #failure(reason: string): ProviderError {
    const { path, provider, tapped } = this.what;
    const name = tapped ? tappedName(path) : basename(path);
    return new ProviderError(`${name} failed (${provider}): ${reason}`);
  }
}

function causeOfDeath(code: number | null, by: NodeJS.Signals | null, written: string): string {
  if (by === "SIGKILL") return "the system ended its process (SIGKILL), as it does when memory runs out";
  if (/bad_alloc|out of memory/i.test(written)) return "its process ran out of memory";
  const words = written.trim().split("\n").at(-1)?.slice(0, 200);
  return `its process ended (${by ?? code})${words ? `: ${words}` : ""}`;
}
