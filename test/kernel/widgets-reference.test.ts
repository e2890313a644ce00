/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { referred } from "../../kernel/jupyter/widget-protocol/widget-messages.js";
import type { Widget } from "../../kernel/jupyter/widget-protocol/widgets.js";
import * as controls from "../../kernel/widgets/index.js";
import { FrontEnd, type Sent } from "./support/front-end.js";

type State = Record<string, unknown>;
type Message = [method: string, state: State, paths: unknown[], buffers: string[]];
interface Trace {
  what: string;
  name: string;
  options: State;
  steps: { receive?: State; paths?: unknown[]; buffers?: string[]; set?: State; hold?: State[] }[];
  on: Message[];
  off: Message[];
}

/** What ipywidgets itself sends: made by fixtures/generators/ipywidgets_reference.py. */
const reference: { models: Record<string, State>; traces: Trace[] } = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/ipywidgets.json"), "utf8"),
);

function make(name: string, options: State = {}): Widget<State> {
  const kind = (controls as unknown as Record<string, new (options: State) => Widget<State>>)[name];
  return new kind(options);
}

describe("first states", () => {
  test.each(Object.entries(reference.models))("%s opens as that of ipywidgets", (name, expected) => {
    const page = new FrontEnd();
    const widget = make(name, name.startsWith("Selection") ? { options: ["a"] } : {});
    const opened = page.take();
    const states = new Map(opened.map(({ comm, data }) => [comm, data.state as State]));
    const buffers = new Map(opened.map(({ comm, data }) => [comm, data.buffer_paths as string[][]]));
    const resolved = (id: string): State => {
      const state = Object.entries(states.get(id) ?? {}).map(([key, value]) => {
        const other = referred(value);
        return [key, other ? resolved(other) : value];
      });
      const empty = (buffers.get(id) ?? []).map((path) => [path[0], ""]);
      return Object.fromEntries([...state, ...empty]);
    };
    expect(resolved(widget.id)).toEqual(expected);
    // Front ends make models one after the other: a child that comes later is not found.
    expect(opened.at(-1)?.comm).toBe(widget.id);
    expect(opened.every(({ type, metadata }) => type === "comm_open" && metadata.version === "2.1.0")).toBe(
      true,
    );
  });
});

describe.each(["on", "off"] as const)("echo %s", (echo) => {
  beforeAll(() => {
    process.env.JUPYTER_WIDGETS_ECHO = echo;
  });
  afterAll(() => {
    delete process.env.JUPYTER_WIDGETS_ECHO;
  });

  test.each(reference.traces)(
    "$what: the messages of ipywidgets",
    async ({ name, options, steps, ...traces }) => {
      const page = new FrontEnd();
      const widget = make(name, options);
      page.take();
      for (const { receive, paths = [], buffers = [], set, hold } of steps) {
        const data = { method: "update", state: { ...receive }, buffer_paths: paths };
        if (receive)
          await page.receive(widget.id, data, { buffers: buffers.map((b) => Buffer.from(b, "base64")) });
        if (set) widget.set(native(set));
        if (hold) widget.holdSync(() => hold.forEach((change) => void widget.set(native(change))));
      }
      expect(together(page.take().map(received))).toEqual(together(traces[echo]));
    },
  );
});

function native(change: State): State {
  const value = Object.entries(change).map(([key, v]) => {
    const base64 = (v as { base64?: string } | null)?.base64;
    return [key, base64 ? Buffer.from(base64, "base64") : v];
  });
  return Object.fromEntries(value);
}

function received({ data, buffers }: Sent): Message {
  const base64 = buffers.map((bytes) => Buffer.from(bytes).toString("base64"));
  return [data.method as string, data.state as State, data.buffer_paths as unknown[], base64];
}

/** ipywidgets sends one message a property where this kernel sends one for all that changed together. */
function together(messages: Message[]): Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const [method, state, paths] = message;
    const last = joined.at(-1);
    const isPart = last?.[0] === method && !Object.keys(state).some((key) => key in last[1]);
    if (isPart && paths.length === 0) last[1] = { ...last[1], ...state };
    else joined.push([...message]);
  }
  return joined;
}
