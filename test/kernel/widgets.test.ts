/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { currentParent } from "../../kernel/jupyter/context.js";
import { DISPLAY } from "../../kernel/jupyter/mime.js";
import { closeAllWidgets, openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry.js";
import { type Change, Widget, type WidgetOptions } from "../../kernel/jupyter/widget-protocol/widgets.js";
import { FrontEnd } from "./support/front-end.js";

const somePackage = { module: "some-package", version: "^1.2.0" };
const CONTROL = { target: "jupyter.widget.control", type: "comm_open", metadata: { version: "1.0.0" } };

let page: FrontEnd;
beforeEach(() => {
  closeAllWidgets();
  page = new FrontEnd();
});

function made<S extends object>(state: S, options: Partial<WidgetOptions<S>> = {}): Widget<S> {
  const widget = new Widget({ model: { ...somePackage, name: "SomeModel" }, state, ...options });
  page.take();
  return widget;
}

/** What a front end sends when its model changes. */
function update(widget: Widget<never>, state: unknown, paths: unknown = [], buffers: Uint8Array[] = []) {
  return page.receive(widget.id, { method: "update", state, buffer_paths: paths }, { buffers });
}

const sent = () => page.take().map(({ data }) => [data.method, data.state]);

describe("opening", () => {
  test("a comm with the whole state, nested buffers beside it, other widgets by reference", () => {
    const child = made({ a: 1 });
    const bytes = new Uint8Array([9, 8, 7, 6]).subarray(1, 3);
    const state = {
      image: bytes,
      list: [0, { deep: new Float32Array([1]) }],
      children: [child, { at: child }],
    };
    const widget = new Widget({
      model: { ...somePackage, name: "M" },
      view: { ...somePackage, name: "V" },
      state,
    });
    const reference = `IPY_MODEL_${child.id}`;
    expect(page.take()).toEqual([
      {
        type: "comm_open",
        comm: widget.id,
        metadata: { version: "2.1.0" },
        parent: undefined,
        buffers: [
          [8, 7],
          [0, 0, 128, 63],
        ],
        data: {
          state: {
            _model_module: "some-package",
            _model_module_version: "^1.2.0",
            _model_name: "M",
            _view_module: "some-package",
            _view_module_version: "^1.2.0",
            _view_name: "V",
            _view_count: null,
            list: [0, {}],
            children: [reference, { at: reference }],
          },
          buffer_paths: [["image"], ["list", 1, "deep"]],
        },
      },
    ]);
  });

  test("a model without a view is shown as text only", () => {
    const widget = made({});
    expect(widget[DISPLAY]()).toEqual({ "text/plain": `Some(${widget.id})` });
  });

  test("a widget is closed at the end of its block", () => {
    let outside: Widget<Record<string, unknown>>;
    {
      using widget = made({ a: 1 });
      outside = widget;
      expect(outside.closed).toBe(false);
    }
    expect([outside.closed, openWidgets.has(outside.id)]).toEqual([true, false]);
  });

  test("a model with a view is shown by it", () => {
    const widget = made({}, { view: { ...somePackage, name: "SomeView" } });
    const view = { version_major: 2, version_minor: 0, model_id: widget.id };
    expect(widget[DISPLAY]()).toMatchObject({ "application/vnd.jupyter.widget-view+json": view });
  });
});

describe.each([
  ["on", true],
  ["off", false],
] as const)("state from a front end, echo %s", (setting, echo) => {
  beforeAll(() => {
    process.env.JUPYTER_WIDGETS_ECHO = setting;
  });
  afterAll(() => {
    delete process.env.JUPYTER_WIDGETS_ECHO;
  });
  const echoed = (state: object) => (echo ? [["echo_update", state]] : []);

  test("simple values", async () => {
    const widget = made({ a: false, b: [false, false], c: null as number | null });
    await update(widget, { a: true, b: [true, false], c: 0 });
    expect([widget.get("a"), widget.get("b"), widget.get("c")]).toEqual([true, [true, false], 0]);
    expect(sent()).toEqual(echoed({ a: true, b: [true, false], c: 0 }));
  });

  test("what is corrected on the way in goes back", async () => {
    const parse = (value: unknown) => (value as number[]).toReversed();
    const widget = made({ d: [0] }, { properties: { d: { parse } } });
    await update(widget, { d: [1, 2, 3] });
    expect(sent()).toEqual([...echoed({ d: [1, 2, 3] }), ["update", { d: [3, 2, 1] }]]);
  });

  test("nested buffers, out of a pool", async () => {
    const widget = made({ a: 0, d: {} as { data?: unknown; list?: unknown[] } });
    const pool = new Uint8Array([0, 1, 2, 3]);
    await update(
      widget,
      { a: 1, d: { list: [5, null] } },
      [
        ["d", "data"],
        ["d", "list", 1],
      ],
      [pool.subarray(1, 2), pool.subarray(2)],
    );
    expect(widget.get("d")).toEqual({ data: new Uint8Array([1]), list: [5, new Uint8Array([2, 3])] });
    const messages = page.take();
    expect(messages.map((m) => m.data)).toEqual(
      echo
        ? [
            {
              method: "echo_update",
              state: { a: 1, d: { list: [5, null] } },
              buffer_paths: [
                ["d", "data"],
                ["d", "list", 1],
              ],
            },
          ]
        : [],
    );
    if (echo) expect(messages[0].buffers).toEqual([[1], [2, 3]]);
  });

  test("a buffer that is cut on the way in goes back", async () => {
    const parse = (value: unknown) => ({ data: (value as { data: Uint8Array }).data.subarray(0, 2) });
    const widget = made({ d: { data: new Uint8Array(0) } }, { properties: { d: { parse } } });
    await update(widget, { d: {} }, [["d", "data"]], [new Uint8Array([7, 8, 9])]);
    const last = page.take().at(-1);
    expect(last?.data).toEqual({ method: "update", state: { d: {} }, buffer_paths: [["d", "data"]] });
    expect(last?.buffers).toEqual([[7, 8]]);
  });

  test("a listener that sets the value elsewhere and back again leaves everyone with the value", async () => {
    const widget = made({ value: 1 });
    const seen: number[] = [];
    widget.on("change:value", (value) => {
      seen.push(value);
      if (value === 42 && seen.length === 1) widget.set({ value: 2 });
      if (value === 2) widget.set({ value: 42 });
    });
    await update(widget, { value: 42 });
    expect(widget.get("value")).toBe(42);
    expect(sent()).toEqual([...echoed({ value: 42 }), ["update", { value: 2 }], ["update", { value: 42 }]]);
  });

  test("what a listener changes is sent, in its order", async () => {
    const widget = made({ value: 1, other: 0 });
    widget.on("change:value", (value) => {
      if (value !== 42) return;
      widget.set({ value: 2 });
      widget.set({ other: 11 });
    });
    await update(widget, { value: 42 });
    expect(sent()).toEqual([...echoed({ value: 42 }), ["update", { value: 2 }], ["update", { other: 11 }]]);
  });

  test("a property that opted out is not echoed, but sent when code sets it", async () => {
    const widget = made({ value: 1, note: "" }, { properties: { value: { echo: false } } });
    await update(widget, { value: 42, note: "n" });
    expect(widget.get("value")).toBe(42);
    expect(sent()).toEqual(echoed({ note: "n" }));
    await update(widget, { value: 43 });
    expect(sent()).toEqual([]);
    widget.set({ value: 44 });
    expect(sent()).toEqual([["update", { value: 44 }]]);
  });

  test("a property that stays in the kernel is neither sent nor received", async () => {
    const widget = made({ value: 1, secret: 5 }, { properties: { secret: { local: true } } });
    await update(widget, { secret: 6 });
    widget.set({ secret: 7 });
    expect(widget.fullState()).not.toHaveProperty("secret");
    expect([widget.get("secret"), sent()]).toEqual([7, []]);
  });

  test("a value that is refused is taken back in the front ends, and changes nothing here", async () => {
    const parse = (value: unknown) => {
      if (typeof value !== "number") throw new TypeError("invalid value");
      return value;
    };
    const widget = made({ value: 1, other: 1 }, { properties: { value: { parse } } });
    await expect(update(widget, { other: 2, value: "x" })).rejects.toThrow("invalid value");
    expect([widget.get("value"), widget.get("other")]).toEqual([1, 1]);
    expect(sent()).toEqual([...echoed({ other: 2, value: "x" }), ["update", { other: 1, value: 1 }]]);
  });

  test("echo and answers belong to the message that asked for them", async () => {
    const widget = made({ value: 1 });
    await page.receive(widget.id, { method: "update", state: { value: 2 } }, { name: "asked" });
    await page.receive(widget.id, { method: "request_state" }, { name: "asked" });
    const messages = page.take();
    expect(messages.map((m) => m.parent)).toEqual(messages.map(() => "asked"));
    expect(messages.at(-1)?.data).toMatchObject({
      method: "update",
      state: { value: 2, _model_name: "SomeModel" },
    });
  });
});

describe("state from code", () => {
  test("an equal value, an empty hold and an empty list send nothing", () => {
    const widget = made({ value: [1, { a: new Uint8Array([1]) }] });
    widget.set({ value: [1, { a: new Uint8Array([1]) }] });
    widget.holdSync(() => undefined);
    widget.sendState([]);
    expect(sent()).toEqual([]);
    widget.set({ value: [1, { a: new Uint8Array([2]) }] });
    expect(page.take()).toHaveLength(1);
  });

  test("changes held together leave in one message, also when it takes time or fails", async () => {
    const widget = made({ a: 0, b: 0 });
    await widget.holdSync(async () => {
      widget.set({ a: 1 });
      await null;
      widget.holdSync(() => widget.set({ a: 2, b: 3 }));
      expect(sent()).toEqual([]);
    });
    expect(sent()).toEqual([["update", { a: 2, b: 3 }]]);
    const failing = () =>
      widget.holdSync(() => {
        widget.set({ a: 5 });
        throw new Error("stop");
      });
    expect(failing).toThrow("stop");
    expect(sent()).toEqual([["update", { a: 5 }]]);
  });

  test("a value changed in place is sent on request", () => {
    const widget = made({ list: [1], other: 0 });
    widget.get("list").push(2);
    widget.sendState(["list"]);
    expect(sent()).toEqual([["update", { list: [1, 2] }]]);
  });

  test("an unknown property is refused with the names there are", () => {
    const widget = made({ value: 1, max: 2 });
    expect(() => widget.set({ vlaue: 3 } as never)).toThrow(
      "invalid property of Some: vlaue, expected one of value, max",
    );
  });
});

describe("references", () => {
  const holder = () =>
    made({ child: null as unknown, text: "" }, { properties: { child: { references: true } } });

  test("become widgets where widgets belong, and stay text where text belongs", async () => {
    const child = made({});
    const widget = holder();
    const reference = `IPY_MODEL_${child.id}`;
    await update(widget, { child: [reference, { a: reference }], text: reference });
    expect(widget.get("child")).toEqual([child, { a: child }]);
    expect(widget.get("text")).toBe(reference);
    expect(sent()).toEqual([["echo_update", { child: [reference, { a: reference }], text: reference }]]);
  });

  test("one model is not another, however alike", () => {
    const [one, other] = [made({ a: 1 }), made({ a: 1 })];
    const widget = holder();
    widget.set({ child: one });
    widget.set({ child: other });
    expect(sent()).toEqual([
      ["update", { child: `IPY_MODEL_${one.id}` }],
      ["update", { child: `IPY_MODEL_${other.id}` }],
    ]);
  });
});

describe("custom messages", () => {
  test("go both ways with their buffers", async () => {
    const widget = made({});
    const heard: unknown[] = [];
    widget.onMessage((content, buffers) => heard.push([content, buffers]));
    widget.send({ do: "focus" }, [new Uint16Array([258]), new Uint8Array([1, 2, 3]).subarray(1, 2)]);
    expect(page.take()).toMatchObject([
      {
        data: { method: "custom", content: { do: "focus" } },
        buffers: [[2, 1], [2]],
        metadata: { version: "2.1.0" },
      },
    ]);
    const data = { method: "custom", content: { event: "click" } };
    await page.receive(widget.id, data, { buffers: [new Uint8Array([5])] });
    expect(heard).toEqual([[{ event: "click" }, [new Uint8Array([5])]]]);
    expect(page.take()).toEqual([]);
  });
});

describe("listeners", () => {
  test("hear one property, all, once, and no more", () => {
    const widget = made({ a: 0, b: 0 });
    const heard: unknown[] = [];
    const note = (...args: unknown[]) => void heard.push(args);
    const stop = widget.on("change:a", note);
    widget.once("change:b", note);
    widget.set({ a: 1, b: 2 });
    expect(heard.splice(0)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    stop();
    widget.on("change", (changes) =>
      heard.push(changes.map((c) => [c.name, c.old, c.new, c.owner === widget])),
    );
    widget.set({ a: 3, b: 4 });
    expect(heard.splice(0)).toEqual([
      [
        ["a", 1, 3, true],
        ["b", 2, 4, true],
      ],
    ]);
    widget.off("change");
    widget.on("change:a", note);
    widget.off("change:a", note);
    widget.on("change:b", note);
    widget.off();
    widget.set({ a: 5, b: 6 });
    expect(heard).toEqual([]);
  });

  test("observe as in ipywidgets", () => {
    const widget = made({ a: 0, b: 0, c: 0 });
    const heard: unknown[] = [];
    const note = ({ name, old, new: now }: Change) => void heard.push([name, old, now]);
    widget.observe(note, ["a", "b"]);
    widget.set({ a: 1, b: 2, c: 3 });
    widget.unobserve(note);
    widget.set({ a: 9 });
    widget.observe(note, "c")();
    widget.observe(note);
    widget.set({ c: 4 });
    expect(heard).toEqual([
      ["a", 0, 1],
      ["b", 0, 2],
      ["c", 3, 4],
    ]);
  });

  test("an error reaches the cell that made the change, after everyone was told", () => {
    const widget = made({ a: 0 });
    const heard: unknown[] = [];
    widget.on("change:a", () => {
      throw new Error("first");
    });
    widget.on("change:a", (a) => heard.push(a));
    widget.on("change", () => heard.push("all"));
    expect(() => widget.set({ a: 1 })).toThrow("first");
    expect([widget.get("a"), heard]).toEqual([1, [1, "all"]]);
  });

  test("for a front end, an error is printed below the cell that registered it", async () => {
    const widget = made({ a: 0 });
    const heard: unknown[] = [];
    page.cell("registering", () => {
      widget.on("change:a", () => {
        throw new Error("at once");
      });
      widget.on("change:a", async () => {
        throw new Error("later");
      });
      widget.on("change:a", (a) => heard.push(a));
    });
    const { printed, restore } = capturePrinted();
    await update(widget, { a: 1 });
    restore();
    expect(heard).toEqual([1]);
    expect(printed.map(({ text }) => text.split("\n")[0])).toEqual([
      "error in a listener to change:a: Error: at once",
      "error in a listener to change:a: Error: later",
    ]);
    expect(printed.map(({ parent }) => parent)).toEqual(["registering", "registering"]);
  });

  test("output goes to the cell that registered the listener, also later", async () => {
    const widget = made({ a: 0, b: 0 });
    const { printed, restore } = capturePrinted();
    const later = new Promise<void>((done) => {
      page.cell("registering", () =>
        widget.on("change:a", () => {
          process.stdout.write("now");
          setTimeout(() => {
            process.stdout.write("later");
            done();
          }, 1);
        }),
      );
    });
    await update(widget, { a: 1 });
    await later;
    restore();
    expect(printed).toEqual([
      { text: "now", parent: "registering" },
      { text: "later", parent: "registering" },
    ]);
  });

  test("output goes with the message when the page no longer knows the cell, and to the running cell when code did it", async () => {
    const widget = made({ a: 0 });
    const { printed, restore } = capturePrinted();
    page.cell("registering", () => widget.on("change:a", () => void process.stdout.write("x")));
    page.page = "reloaded";
    await update(widget, { a: 1 });
    page.cell("running", () => widget.set({ a: 2 }));
    restore();
    expect(printed.map(({ parent }) => parent)).toEqual(["message", "running"]);
  });
});

describe("closing", () => {
  test("by code: told once, forgotten, silent", async () => {
    const widget = made({ a: 0 }, { view: { ...somePackage, name: "V" } });
    const heard: string[] = [];
    widget.on("close", () => heard.push("close"));
    widget.close();
    widget.close();
    widget.set({ a: 1 });
    widget.send("x");
    widget.sendState();
    expect(page.take().map((m) => m.type)).toEqual(["comm_close"]);
    expect([heard, openWidgets.has(widget.id), widget.closed]).toEqual([["close"], false, true]);
    expect(widget[DISPLAY]()).toEqual({ "text/plain": `Some(${widget.id})` });
    await update(widget, { a: 5 });
    expect([widget.get("a"), page.take()]).toEqual([1, []]);
  });

  test("by a front end", async () => {
    const widget = made({ a: 0 });
    const heard: string[] = [];
    widget.on("close", () => heard.push("close"));
    await page.receive(widget.id, {}, { type: "comm_close" });
    widget.set({ a: 1 });
    expect([heard, openWidgets.size, page.take()]).toEqual([["close"], 0, []]);
  });
});

describe("the control comm", () => {
  test("gives every widget's state at once, its buffers by paths through the state", async () => {
    const one = made({ a: 1 });
    const other = made({ list: [new Uint8Array([4])], child: one });
    await page.receive("control", {}, CONTROL);
    await page.receive("control", { method: "request_states" }, { name: "asked" });
    const [answer, ...rest] = page.take();
    expect(rest).toEqual([]);
    expect(answer).toMatchObject({ type: "comm_msg", comm: "control", parent: "asked", buffers: [[4]] });
    expect(answer.data).toMatchObject({
      method: "update_states",
      buffer_paths: [[other.id, "state", "list", 0]],
    });
    const states = answer.data.states as Record<string, { state: object }>;
    expect(Object.keys(states)).toEqual([one.id, other.id]);
    expect(states[other.id]).toMatchObject({
      model_name: "SomeModel",
      model_module: "some-package",
      model_module_version: "^1.2.0",
      state: { list: [null], child: `IPY_MODEL_${one.id}` },
    });
  });

  test.each([
    [{ version: "2.0.0" }, '"2.0.0"'],
    [{}, "none"],
    [{ version: 1 }, "1"],
  ])("refuses version %j", async (metadata, shown) => {
    made({});
    await expect(page.receive("control", {}, { ...CONTROL, metadata })).rejects.toThrow(
      `invalid widget control protocol version: ${shown}, expected 1.0.0`,
    );
    expect(page.take().map((m) => [m.type, m.comm])).toEqual([["comm_close", "control"]]);
  });

  test("refuses an unknown method", async () => {
    made({});
    await page.receive("control", {}, CONTROL);
    await expect(page.receive("control", { method: "x" })).rejects.toThrow(
      'invalid method of a widget control message: "x", expected request_states',
    );
  });
});

describe("bad input", () => {
  test.each([[null], [[1]], ["text"], [5], [undefined]])("a state that is %j", async (state) => {
    const widget = made({ a: 1 });
    await expect(update(widget, state)).rejects.toThrow(
      `invalid state in update of Some: ${JSON.stringify(state)}, expected an object`,
    );
    expect([widget.get("a"), page.take()]).toEqual([1, []]);
    await update(widget, { a: 2 });
    expect(widget.get("a")).toBe(2);
  });

  test.each([
    ["one path too many", [["a"], ["b"]], "invalid buffer_paths: expected 1 paths, one a buffer"],
    ["no list", "a", "invalid buffer_paths: expected 1 paths, one a buffer"],
    ["a path into nothing", [["a", "b", 0]], 'invalid buffer_paths: ["a","b",0] leads nowhere in the state'],
    ["a path into the prototype", [["__proto__", "x"]], "leads nowhere in the state"],
    ["a path that is no list", ["a"], 'invalid buffer_paths: "a" leads nowhere in the state'],
  ])("wrong buffers: %s", async (_what, paths, message) => {
    const widget = made({ a: 1 as unknown });
    await expect(update(widget, { a: 2 }, paths, [new Uint8Array(1)])).rejects.toThrow(message);
    expect([widget.get("a"), page.take()]).toEqual([1, []]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test("keys that are no properties, among them those of every object", async () => {
    const widget = made({ a: 1 });
    await update(
      widget,
      JSON.parse('{"__proto__": {"a": 5}, "constructor": 1, "toString": 2, "_model_name": "X"}'),
    );
    expect([widget.get("a"), widget.fullState()._model_name, page.take()]).toEqual([1, "SomeModel", []]);
  });

  test("an unknown method", async () => {
    const widget = made({});
    await expect(page.receive(widget.id, { method: "dance" })).rejects.toThrow(
      'invalid method of a message to Some: "dance", expected update, request_state or custom',
    );
    await expect(page.receive(widget.id, null)).rejects.toThrow(
      "invalid method of a message to Some: undefined",
    );
  });

  test("a comm nobody opened, and a target nobody takes", async () => {
    made({});
    await page.receive("nobody", { method: "update", state: {} });
    expect(page.take()).toEqual([]);
    await page.receive("new", {}, { type: "comm_open", target: "no.such.target" });
    expect(page.take().map((m) => [m.type, m.comm])).toEqual([["comm_close", "new"]]);
  });

  test("a widget outside a notebook", () => {
    const registry = Symbol.for("colpali-lens.kernel");
    (globalThis as Record<symbol, unknown>)[registry] = undefined;
    expect(() => new Widget({ model: { ...somePackage, name: "M" }, state: {} })).toThrow(
      "a widget needs a notebook: no Jupyter kernel runs in this process",
    );
  });
});

function capturePrinted() {
  const printed: { text: string; parent?: string }[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, "write").mockImplementation((text) => {
      printed.push({ text: String(text), parent: currentParent().msg_id });
      return true;
    }),
  );
  return { printed, restore: () => spies.forEach((spy) => void spy.mockRestore()) };
}
