/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */

import { closeAllWidgets, openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry.js";
import * as c from "../../kernel/widgets/index.js";
import { FrontEnd } from "./support/front-end.js";

let page: FrontEnd;
beforeEach(() => {
  closeAllWidgets();
  page = new FrontEnd();
});

const click = (id: string, name = "clicked") =>
  page.receive(id, { method: "custom", content: { event: "click" } }, { name });
const update = (id: string, state: object) => page.receive(id, { method: "update", state });
const states = () => page.take().map(({ data }) => data.state);

test("properties are read, assigned and listened to by their own types", () => {
  const slider = new c.IntSlider({ value: 3, max: 10, description: "top", layout: { width: "50%" } });
  const doubled: number[] = [];
  slider.on("change:value", (value, old) => doubled.push(value * 2 - old));
  slider.value = 7;
  slider.layout.width = "20%";
  slider.style.handle_color = "red";
  slider.layout = new c.Layout({ border_top: "1px solid" });
  expect([slider.value, slider.max, doubled, slider.layout.border_top]).toEqual([7, 10, [11], "1px solid"]);
  // @ts-expect-error a slider's value is a number
  expect(() => new c.IntSlider({ value: "3" })).toThrow("invalid IntSlider.value: '3', expected an integer");
});

test("the first argument may be the value, the description or the children", () => {
  const parts = [new c.Label("a"), new c.Button("press"), new c.Checkbox(true), new c.FloatText(0)] as const;
  const box = new c.HBox(parts, { box_style: "info" });
  expect([parts[0].value, parts[1].description, parts[2].value, parts[3].value]).toEqual([
    "a",
    "press",
    true,
    0,
  ]);
  expect([box.children, box.box_style]).toEqual([parts, "info"]);
});

test("what it is, in one line", () => {
  expect(String(new c.IntSlider())).toBe("IntSlider({ value: 0 })");
  expect(String(new c.Text("x", { description: "name" }))).toBe("Text({ value: 'x', description: 'name' })");
  expect(String(new c.VBox([new c.Label("a")]))).toBe("VBox({ children: [ Label({ value: 'a' }) ] })");
});

describe("what does not fit is refused by name", () => {
  const number = new Map<string, () => unknown>([
    ["invalid IntSlider.value: NaN, expected an integer", () => new c.IntSlider(Number.NaN)],
    ["invalid FloatSlider.value: Infinity, expected a finite number", () => new c.FloatSlider(1 / 0)],
    ["invalid IntSlider.min: 200, expected at most max, which is 100", () => new c.IntSlider({ min: 200 })],
    [
      "invalid IntRangeSlider.value: [3, 1], expected the lower number first",
      () => new c.IntRangeSlider([3, 1]),
    ],
    ["invalid FloatRangeSlider.value: [ 1 ], expected a list of 2", () => new c.FloatRangeSlider([1])],
    [
      'invalid Box.box_style: \'loud\', expected one of "success", "info", "warning", "danger", ""',
      () => new c.Box([], { box_style: "loud" as never }),
    ],
    [
      "invalid VBox.children[1]: 5, expected a widget that is open",
      () => new c.VBox([new c.Label(), 5 as never]),
    ],
    ["invalid Text.value: null, expected a string", () => new c.Text({ value: null as never })],
    [
      "invalid Text.layout: 'wide', expected a Layout or its properties",
      () => new c.Text("", { layout: "wide" as never }),
    ],
    [
      "invalid property of Layout: widht, expected one of align_content",
      () => new c.Layout({ widht: "1px" } as never),
    ],
    ["invalid options of Dropdown: 5, expected an object", () => new c.Dropdown(5 as never)],
    [
      'invalid Dropdown.value: \'c\', expected one of "a", "b"',
      () => new c.Dropdown({ options: ["a", "b"], value: "c" }),
    ],
    ["invalid Dropdown.index: 2, expected 0 to 1", () => new c.Dropdown({ options: ["a", "b"], index: 2 })],
    [
      "invalid SelectionSlider.options: [], expected at least one",
      () => new c.SelectionSlider({ options: [] }),
    ],
    [
      "invalid Tab.selected_index: -1, expected 0 to 0, or null",
      () => new c.Tab([new c.HTML()], { selected_index: -1 }),
    ],
    ["invalid index of a page of Tab: 2, expected 0 to 0", () => new c.Tab([new c.HTML()]).setTitle(2, "x")],
    [
      'invalid Combobox.value: "z", expected one of ["a"]',
      () => new c.Combobox("z", { options: ["a"], ensure_option: true }),
    ],
    [
      "invalid DirectionalLink.target: [ Text({ value: '' }), 'none' ], expected a widget and the name of a property that is synced, as [slider, \"value\"]",
      () => c.jsdlink([new c.Text(), "value"], [new c.Text(), "none" as never]),
    ],
  ]);
  test.each([...number])("%s", (message, act) => {
    expect(act).toThrow(message);
  });

  test("from a front end, too, and the kernel's state stands", async () => {
    const box = new c.VBox([new c.Label("a")]);
    const before = [...box.children];
    await expect(update(box.id, { children: ["IPY_MODEL_nobody"] })).rejects.toThrow(
      "invalid VBox.children[0]: 'IPY_MODEL_nobody', expected a widget that is open",
    );
    expect(box.children).toEqual(before);
  });
});

describe("listening", () => {
  const slider = () => new c.IntSlider({ value: 1 });

  test("to one property, to several, to all, and no more", () => {
    const heard: unknown[] = [];
    const note = (change: { name: string; new: unknown; old: unknown; owner: unknown }) =>
      void heard.push([change.name, change.old, change.new, change.owner === it]);
    const it = slider();
    it.observe(note, "value");
    it.set({ value: 2, max: 50 });
    it.unobserve(note);
    it.value = 3;
    expect(heard.splice(0)).toEqual([["value", 1, 2, true]]);
    it.observe(note, ["value", "max"]);
    it.set({ value: 4, max: 51, min: 1 });
    it.unobserve(note, "value");
    it.set({ value: 5, max: 52 });
    it.unobserve(note, ["max"]);
    it.set({ value: 6, max: 53 });
    expect(heard.splice(0).map((h) => (h as unknown[]).slice(0, 3))).toEqual([
      ["value", 3, 4],
      ["max", 50, 51],
      ["max", 51, 52],
    ]);
    const stop = it.observe(note);
    it.unobserve(note, "value");
    it.set({ value: 7 });
    stop();
    it.set({ value: 8 });
    expect(heard).toEqual([["value", 6, 7, true]]);
  });

  const usage = 'expected a function, as in observe(listener, "value")';
  const wrong = new Map<string, (it: c.IntSlider) => unknown>([
    [
      `invalid listener of IntSlider.observe: 'value', ${usage}`,
      (it) => it.observe("value" as never, (() => 0) as never),
    ],
    [`invalid listener of IntSlider.observe: undefined, ${usage}`, (it) => it.observe(undefined as never)],
    [
      "invalid listener of IntSlider.unobserve: undefined, expected a function",
      (it) => it.unobserve(undefined as never),
    ],
    ["invalid property of IntSlider: valeu, expected one of", (it) => it.observe(() => 0, "valeu" as never)],
    [
      "invalid property of IntSlider: { names: 'value' }, expected one of",
      (it) => it.observe(() => 0, { names: "value" } as never),
    ],
    [
      "invalid property of IntSlider: valeu, expected one of",
      (it) => it.unobserve(() => 0, ["value", "valeu"] as never),
    ],
    [
      "invalid property of IntSlider: valeu, expected one of",
      (it) => it.on("change:valeu" as never, () => 0),
    ],
    [
      "invalid event of IntSlider: value, expected change:PROPERTY, change, message or close",
      (it) => it.on("value" as never, () => 0),
    ],
    [
      "invalid event of IntSlider: click, expected change:PROPERTY, change, message or close",
      (it) => it.once("click" as never, () => 0),
    ],
    [
      'invalid listener of IntSlider.on: undefined, expected a function, as in on("change:value", listener)',
      (it) => it.on("change:value", undefined as never),
    ],
    [
      "invalid listener of Button.onClick: undefined, expected a function",
      () => new c.Button().onClick(undefined as never),
    ],
    [
      "invalid listener of Combobox.onSubmit: 'x', expected a function",
      () => new c.Combobox().onSubmit("x" as never),
    ],
    [
      "invalid listener of IntSlider.onMessage: null, expected a function",
      (it) => it.onMessage(null as never),
    ],
    [
      "invalid first argument of interactive: { x: 5 }, expected a function, as in interactive(({ x }) => x * x, { x: [0, 10] })",
      () => c.interactive({ x: 5 } as never, (() => 0) as never),
    ],
  ]);
  test.each([...wrong])("%s", (message, act) => {
    expect(() => act(slider())).toThrow(message);
  });
});

describe("numbers", () => {
  test("keep their limits, whichever moves", () => {
    const slider = new c.IntSlider({ value: 50 });
    slider.max = 40;
    expect(slider.value).toBe(40);
    slider.set({ min: 45, max: 60 });
    expect(slider.value).toBe(45);
    slider.value = 1000;
    expect(slider.value).toBe(60);
    expect(() => {
      slider.max = 3;
    }).toThrow("invalid IntSlider.max: 3, expected at least min, which is 45");
    expect([slider.min, slider.max]).toEqual([45, 60]);
  });

  test("ranges and exponents as well", () => {
    const range = new c.FloatRangeSlider({ min: 0, max: 2 });
    expect(range.value).toEqual([0.5, 1.5]);
    range.max = 1;
    expect(range.value).toEqual([0.5, 1]);
    expect(new c.FloatLogSlider({ value: 1e9 }).value).toBe(1e4);
  });
});

describe("limits that cross", () => {
  const classes = [
    ...[c.IntSlider, c.FloatSlider, c.FloatLogSlider, c.IntRangeSlider, c.FloatRangeSlider],
    ...[c.BoundedIntText, c.BoundedFloatText, c.IntProgress, c.FloatProgress, c.Play],
  ] as (new (
    options?: object,
  ) => c.IntSlider)[];
  const cases = classes.map((kind) => [kind.name, kind] as const);

  test.each(cases)("%s says which limit was moved, and how to move both", (name, kind) => {
    const it = new kind();
    const { min, max, value } = it;
    expect(() => {
      it.min = max + 100;
    }).toThrow(
      `invalid ${name}.min: ${max + 100}, expected at most max, which is ${max}; set({ min, max }) moves both`,
    );
    expect(() => {
      it.max = min - 1;
    }).toThrow(
      `invalid ${name}.max: ${min - 1}, expected at least min, which is ${min}; set({ min, max }) moves both`,
    );
    expect(() => it.set({ min: 9, max: 2 })).toThrow(
      `invalid ${name}.min: 9, expected at most max, which is 2`,
    );
    expect([it.min, it.max, it.value]).toEqual([min, max, value]);
    it.set({ min: max + 1, max: max + 2 });
    expect([it.min, it.max]).toEqual([max + 1, max + 2]);
  });

  test.each(cases)("%s that cannot be made leaves no model open", (name, kind) => {
    const before = [...openWidgets.keys()];
    expect(() => new kind({ min: 200, max: 100 })).toThrow(
      `invalid ${name}.min: 200, expected at most max, which is 100`,
    );
    expect(() => new kind({ layout: { width: "3em" }, max: -1 })).toThrow(`invalid ${name}.max: -1`);
    expect(() => new kind({ layout: { width: "3em" }, style: {}, value: "x" })).toThrow(
      `invalid ${name}.value`,
    );
    expect(() => new kind({ layout: {}, nothing: 1 })).toThrow(`invalid property of ${name}: nothing`);
    expect([...openWidgets.keys()]).toEqual(before);
  });

  test("nor does a widget of any other class, and what was given stays open", () => {
    const layout = new c.Layout();
    const before = [...openWidgets.keys()];
    const options = ["a", "b"];
    const failing: (() => unknown)[] = [
      ...[c.Dropdown, c.RadioButtons, c.Select, c.ToggleButtons, c.SelectionSlider].flatMap((kind) => [
        () => new kind({ options, value: "c", layout }),
        () => new kind({ options, index: 2 }),
        () => new kind({ options, index: -1 }),
        () => new kind({ options, label: "c" }),
      ]),
      () => new c.SelectMultiple({ options, value: ["a", "c"], layout }),
      () => new c.SelectMultiple({ options, index: [2] }),
      () => new c.SelectionRangeSlider({ options, index: [0, 2] }),
      () => new c.SelectionRangeSlider({ options, index: [0] }),
      () => new c.SelectionSlider({ options: [] }),
      () => new c.Tab([], { selected_index: 1, layout: { width: "1px" } }),
      () => new c.Combobox("z", { options: ["a"], ensure_option: true }),
      () => new c.Text("", { layout: { widht: 1 } as never }),
    ];
    for (const fails of failing) {
      expect(fails).toThrow();
      expect([...openWidgets.keys()]).toEqual(before);
    }
    expect(layout.closed).toBe(false);
  });

  test("nor one that a front end asked for", async () => {
    new c.Label();
    const before = [...openWidgets.keys()];
    const state = { _model_module: "@jupyter-widgets/controls", _model_name: "IntSliderModel", min: 200 };
    const metadata = { version: "2.1.0" };
    const open = { type: "comm_open", target: "jupyter.widget", metadata };
    await expect(page.receive("made", { state }, open)).rejects.toThrow("invalid IntSlider.min: 200");
    expect([...openWidgets.keys()]).toEqual(before);
  });

  test("a base that gives no limits is refused", () => {
    for (const base of [0, -2, 1e200])
      expect(() => new c.FloatLogSlider({ base })).toThrow(`invalid FloatLogSlider.base: ${base}`);
  });
});

describe("choices", () => {
  test("of values, pairs, and an object", () => {
    expect(new c.Dropdown({ options: [10, 20] }).value).toBe(10);
    const pairs = new c.RadioButtons({
      options: [
        ["ten", 10],
        ["twenty", 20],
      ],
      label: "twenty",
    });
    expect([pairs.index, pairs.value]).toEqual([1, 20]);
    const named = new c.Select({ options: { one: { a: 1 }, two: { a: 2 } }, value: { a: 2 } });
    expect([named.index, named.label]).toEqual([1, "two"]);
    const none = new c.ToggleButtons({ options: [] });
    expect([none.index, none.value, none.label]).toEqual([null, null, null]);
  });

  test("value, label and index go together, with their listeners", async () => {
    const list = new c.Dropdown({ options: ["a", "b", "c"] });
    const heard: unknown[] = [];
    list.observe(({ name, new: now }) => heard.push([name, now]), ["value", "index"]);
    await update(list.id, { index: 2 });
    list.value = "b";
    list.index = null;
    expect(heard).toEqual([
      ["index", 2],
      ["value", "c"],
      ["value", "b"],
      ["index", 1],
      ["index", null],
      ["value", null],
    ]);
  });

  test("new options choose the first again; the choice is sent with them", () => {
    const list = new c.Dropdown({ options: ["a", "b"], value: "b" });
    page.take();
    list.options = ["x", "y"];
    expect([list.value, states()]).toEqual(["x", [{ _options_labels: ["x", "y"], index: 0 }]]);
    list.set({ options: [1, 2], value: 2 });
    expect([list.index, list.label]).toEqual([1, "2"]);
  });

  test("several, and a range", async () => {
    const several = new c.SelectMultiple({ options: ["a", "b", "c"], value: ["c", "a"] });
    expect(several.index).toEqual([2, 0]);
    await update(several.id, { index: [1] });
    expect([several.value, several.label]).toEqual([["b"], ["b"]]);
    expect(new c.SelectionRangeSlider({ options: ["a", "b"], index: [0, 1] }).value).toEqual(["a", "b"]);
  });
});

describe("pages", () => {
  const two = () => [new c.HTML("0"), new c.HTML("1")];

  test("a tab is open, an accordion is not", () => {
    expect([new c.Tab(two()).selected_index, new c.Accordion(two()).selected_index]).toEqual([0, null]);
    expect(new c.Tab(two(), { selected_index: 1 }).selected_index).toBe(1);
    expect(new c.Tab().selected_index).toBeNull();
  });

  test("titles follow the pages", () => {
    const tab = new c.Tab(two(), { selected_index: 1 });
    expect(tab.titles).toEqual(["", ""]);
    tab.setTitle(1, "second");
    expect(tab.titles).toEqual(["", "second"]);
    tab.children = tab.children.slice(0, 1);
    expect([tab.titles, tab.selected_index]).toEqual([[""], 0]);
  });
});

describe("buttons and fields", () => {
  test("a click, from the page and from code, in the order of registration", async () => {
    const button = new c.Button("go");
    const heard: string[] = [];
    const stop = button.onClick((b) => heard.push(`1 ${b.description}`));
    button.onClick(() => heard.push("2"));
    await click(button.id);
    stop();
    button.click();
    await page.receive(button.id, { method: "custom", content: null });
    expect(heard).toEqual(["1 go", "2", "2"]);
  });

  test("Enter in a field", async () => {
    const field = new c.Text("a");
    const heard: string[] = [];
    field.onSubmit((f) => heard.push(f.value));
    await page.receive(field.id, { method: "custom", content: { event: "submit" } });
    await page.receive(field.id, { method: "custom", content: { event: "other" } });
    expect(heard).toEqual(["a"]);
  });

  test("an uploaded file arrives with its bytes and is not echoed", async () => {
    const upload = new c.FileUpload();
    page.take();
    const file = { name: "a.pdf", type: "application/pdf", size: 3, last_modified: 0 };
    await page.receive(
      upload.id,
      { method: "update", state: { value: [file] }, buffer_paths: [["value", 0, "content"]] },
      { buffers: [new Uint8Array([1, 2, 3])] },
    );
    expect(upload.value).toEqual([{ ...file, content: new Uint8Array([1, 2, 3]) }]);
    expect(page.take()).toEqual([]);
  });
});

describe("output", () => {
  const ids = (out: c.Output) =>
    page
      .take()
      .filter((m) => m.comm === out.id)
      .map(({ data }) => (data.state as { msg_id?: string }).msg_id);

  test("takes what a cell prints meanwhile, by the cell's message", () => {
    const out = new c.Output();
    page.take();
    const result = page.cell("cell", () => out.capture(() => out.capture(() => out.msg_id)));
    expect([result, ids(out)]).toEqual(["cell", ["cell", ""]]);
    expect(() => page.cell("cell", () => out.capture(() => fail()))).toThrow("stop");
    expect([ids(out), out.msg_id]).toEqual([["cell", ""], ""]);
  });

  test("takes what a listener prints by the message that called it, until it is done", async () => {
    const out = new c.Output();
    const button = new c.Button();
    const during: unknown[] = [];
    page.cell("cell", () =>
      button.onClick(() =>
        out.capture(async () => {
          await new Promise((done) => setTimeout(done, 5));
          during.push(out.msg_id);
          out.clearOutput(true);
        }),
      ),
    );
    page.take();
    await click(button.id);
    expect([during, ids(out), page.shown]).toEqual([
      ["clicked"],
      ["clicked", ""],
      [{ parent: "clicked", data: "clear" }],
    ]);
  });

  test("holds outputs that are added", async () => {
    const out = new c.Output();
    out.appendStdout("a\n");
    out.appendStderr("b\n");
    await out.appendDisplay({ "text/markdown": "# c" });
    expect(out.outputs).toEqual([
      { output_type: "stream", name: "stdout", text: "a\n" },
      { output_type: "stream", name: "stderr", text: "b\n" },
      { output_type: "display_data", data: { "text/markdown": "# c" }, metadata: {} },
    ]);
  });
});

describe("links", () => {
  test("in the browser", () => {
    const [a, b] = [new c.IntSlider(), new c.IntProgress()];
    page.take();
    const link = c.jslink([a, "value"], [b, "value"]);
    expect(page.take()).toMatchObject([
      {
        data: {
          state: {
            _model_name: "LinkModel",
            source: [`IPY_MODEL_${a.id}`, "value"],
            target: [`IPY_MODEL_${b.id}`, "value"],
            _view_name: null,
          },
        },
      },
    ]);
    link.unlink();
    expect(page.take().map((m) => m.type)).toEqual(["comm_close"]);
  });

  test("in the kernel, one way with a transformation, and both ways", () => {
    const [slider, label, other] = [new c.IntSlider(2), new c.Label(), new c.IntText()];
    const stop = c.dlink([slider, "value"], [label, "value"], (n) => `${n} pages`);
    c.link([slider, "value"], [other, "value"]);
    expect([label.value, other.value]).toEqual(["2 pages", 2]);
    other.value = 5;
    expect([slider.value, label.value]).toEqual([5, "5 pages"]);
    stop();
    slider.value = 6;
    expect([other.value, label.value]).toEqual([6, "5 pages"]);
  });
});

describe("interactive", () => {
  test("controls follow from what is given", () => {
    const made = c.interactive(() => undefined, {
      a: 5,
      b: -2,
      z: 0,
      f: 0.5,
      g: [0, 10],
      h: [0, 1, 0.25],
      on: true,
      s: "text",
      l: ["x", "y"],
      m: { one: 1 },
      w: new c.Play(3),
    });
    const described = Object.values(made.controls).map((w) => {
      const { min, max, value, description } = w as unknown as c.IntSlider;
      return [w.constructor.name, description, value, min, max];
    });
    expect(described).toEqual([
      ["IntSlider", "a", 5, -5, 15],
      ["IntSlider", "b", -2, -6, 2],
      ["IntSlider", "z", 0, 0, 1],
      ["FloatSlider", "f", 0.5, -0.5, 1.5],
      ["IntSlider", "g", 5, 0, 10],
      ["FloatSlider", "h", 0.5, 0, 1],
      ["Checkbox", "on", true, undefined, undefined],
      ["Text", "s", "text", undefined, undefined],
      ["Dropdown", "l", "x", undefined, undefined],
      ["Dropdown", "m", 1, undefined, undefined],
      ["Play", "w", 3, 0, 100],
    ]);
    expect(made.children).toEqual([...Object.values(made.controls), made.out]);
    expect(() => c.interactive(() => 0, { x: null as never })).toThrow(
      "invalid control x: null, expected a number",
    );
  });

  test("a range starts in its middle, on a step, as in ipywidgets", () => {
    const start = (range: readonly number[]) => {
      const { x } = c.interactive(() => undefined, { x: range }).controls;
      return [x.constructor.name, x.value];
    };
    expect(
      [
        [0, 5],
        [-5, 0],
        [0, 10, 3],
        [1, 10, 4],
        [0, 1],
        [0, 1, 0.4],
        [-1.5, 0],
      ].map(start),
    ).toEqual([
      ["IntSlider", 2],
      ["IntSlider", -3],
      ["IntSlider", 3],
      ["IntSlider", 5],
      ["IntSlider", 0],
      ["FloatSlider", 0.4],
      ["FloatSlider", -0.75],
    ]);
  });

  test("pairs of label and value give the value", () => {
    const made = c.interactive(({ x }) => x, {
      x: [
        ["one", 1],
        ["two", 2],
      ],
    });
    made.controls.x.value = 2;
    expect(made.result).toBe(2);
  });

  test.each([
    ["x: [ 5, 0 ]", [5, 0], "min at most max"],
    ["x: [ 0, 5, 0 ]", [0, 5, 0], "a step above 0"],
    ["x: [ 0, NaN ]", [0, Number.NaN], "finite numbers"],
    ["x: []", [], "at least one option"],
    ["x: {}", {}, "at least one option"],
    ["x: null", null, "a number, a boolean"],
    ["x: NaN", Number.NaN, "finite numbers"],
  ])("%s is refused by the control's name, and leaves nothing open", (shown, x, expected) => {
    const before = [...openWidgets.keys()];
    const make = () => c.interactive(() => 0, { first: 3, second: "a", x: x as never });
    expect(make).toThrow(`invalid control ${shown}, expected`);
    expect(make).toThrow(expected);
    expect([...openWidgets.keys()]).toEqual(before);
  });

  test("a widget without a value is no control", () => {
    expect(() => c.interactive(() => 0, { x: new c.HBox() as never })).toThrow(
      "invalid control x: HBox(), expected",
    );
  });

  test("the function runs at once and on every change, its result is shown in its output", async () => {
    const made = page.cell("cell", () =>
      c.interactive(({ x, on }) => (on ? x * 2 : undefined), { x: [0, 10], on: true }),
    );
    expect(made.result).toBe(10);
    await update(made.controls.x.id, { value: 7 });
    await update(made.controls.on.id, { value: false });
    expect([made.result, page.shown]).toEqual([
      undefined,
      [
        { parent: "cell", data: "clear" },
        { parent: "cell", data: { "text/plain": "10" } },
        { parent: "message", data: "clear" },
        { parent: "message", data: { "text/plain": "14" } },
        { parent: "message", data: "clear" },
      ],
    ]);
  });

  test("while it takes time, changes wait, and the last one counts", async () => {
    const seen: number[] = [];
    const made = c.interactive(
      async ({ x }) => {
        await new Promise((done) => setTimeout(done, 5));
        seen.push(x);
      },
      { x: [0, 10] },
    );
    for (const x of [1, 2, 3]) made.controls.x.value = x;
    while (seen.length < 2) await new Promise((done) => setTimeout(done, 5));
    expect(seen).toEqual([5, 3]);
  });

  test("on demand", async () => {
    const seen: string[] = [];
    const made = c.interactive(({ q }) => void seen.push(q), { q: "a" }, { manual: true });
    made.controls.q.value = "b";
    expect(seen).toEqual([]);
    (made.children[1] as c.Button).click();
    expect(seen).toEqual(["b"]);
  });
});

describe("made by a front end", () => {
  const open = (state: unknown, metadata = { version: "2.1.0" }) =>
    page.receive(
      "made",
      { state },
      { type: "comm_open", target: "jupyter.widget", metadata, name: "opened" },
    );
  const slider = { _model_module: "@jupyter-widgets/controls", _model_name: "IntSliderModel" };

  test("a core widget gets its half in the kernel", async () => {
    new c.Label();
    page.take();
    await open({ ...slider, value: 300, description: "theirs" });
    const made = openWidgets.get("made") as unknown as c.IntSlider;
    expect([made.value, made.description, String(made)]).toEqual([
      100,
      "theirs",
      "IntSlider({ value: 100, description: 'theirs' })",
    ]);
    expect(
      page
        .take()
        .filter((m) => m.comm === "made")
        .map(({ data }) => [data.method, data.state]),
    ).toEqual([
      ["echo_update", { value: 300, description: "theirs" }],
      ["update", { value: 100 }],
    ]);
  });

  test.each([
    [
      "another model",
      { ...slider, _model_name: "NoModel" },
      undefined,
      "invalid widget model: @jupyter-widgets/controls/NoModel, expected one that this kernel knows",
    ],
    ["no state", null, undefined, "invalid state of a new widget: null, expected an object"],
    [
      "a bad value",
      { ...slider, value: "x" },
      undefined,
      "invalid IntSlider.value: 'x', expected an integer",
    ],
    [
      "another protocol",
      slider,
      { version: "3.0.0" },
      'invalid widget protocol version: "3.0.0", expected 2.1.0',
    ],
  ])("%s is refused and closed", async (_what, state, metadata, message) => {
    new c.Label();
    page.take();
    await expect(open(state, metadata)).rejects.toThrow(message);
    expect(
      page
        .take()
        .filter((m) => m.comm === "made")
        .at(-1)?.type,
    ).toBe("comm_close");
    expect(openWidgets.has("made")).toBe(false);
  });
});

function fail(): never {
  throw new Error("stop");
}
