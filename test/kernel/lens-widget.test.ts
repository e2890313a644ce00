/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import type { LensState, LensView } from "../../core/index.js";
import { LensWidget } from "../../kernel/api/lens-widget.js";
import { HBox } from "../../kernel/widgets/index.js";
import { baseline, lensState, PICTURE } from "../core/example.js";
import { FrontEnd } from "./support/front-end.js";

type Raw = Record<string, unknown>;

const state = lensState();

function shown() {
  const page = new FrontEnd();
  const requests = {
    ask: jest.fn(async (query: string) => {
      if (query === "") throw new RangeError("invalid query: empty");
    }),
    view: jest.fn((_: LensView) => undefined),
    file: jest.fn(async (format: string) => ({
      name: `a.${format}`,
      mime: "x/y",
      data: new Uint8Array([7]),
    })),
  };
  const lens = new LensWidget(state, requests);
  return { page, requests, lens };
}

const said = (page: FrontEnd) => page.take().map(({ data }) => data.content ?? data.state);
const busy = (text: string) => ({ status: { busy: text, fraction: null, error: null } });
const idle = { status: { busy: null, fraction: null, error: null } };

test("pictures and maps go out as bytes, with a place to set the size", () => {
  const { page, lens } = shown();
  const [layout, picture, result, opened] = page.take();
  expect(opened.data).toMatchObject({
    state: {
      _model_name: "LensModel",
      _view_module: "colpali-lens",
      layout: `IPY_MODEL_${layout.comm}`,
      view: { color: { palette: state.view.color.palette } },
    },
  });
  expect(picture.data).toMatchObject({
    state: {
      _model_name: "LensPictureModel",
      _model_module: "colpali-lens",
      _view_name: null,
      mime: "image/png",
      words: null,
    },
    buffer_paths: [["data"]],
  });
  expect(picture.buffers).toEqual([[...PICTURE]]);
  expect(opened.data.state).toMatchObject({
    state_version: 4,
    pictures: { p0: `IPY_MODEL_${picture.comm}` },
    results: { r0: `IPY_MODEL_${result.comm}` },
    measuring: false,
  });
  expect(opened.buffers).toEqual([]);
  expect(result.data).toMatchObject({
    state: { _model_name: "LensResultModel", _view_name: null, result: { page: "p0" }, baseline: null },
    buffer_paths: [["result", "maps", "data"]],
  });
  const { data: maps } = state.data.results.r0.maps;
  expect(result.buffers).toEqual([[...new Uint8Array(maps.buffer)]]);
  lens.layout.width = "50%";
  expect(page.take()).toMatchObject([{ comm: layout.comm, data: { state: { width: "50%" } } }]);
});

/** The state with pages of the given pictures. */
function withPages(...names: string[]): LensState {
  const pages = Object.fromEntries(names.map((name) => [name, state.data.pages.p0]));
  const results = { r0: { ...state.data.results.r0, page: names[0] } };
  return { ...state, data: { ...state.data, pages, results } };
}

test("a picture is sent once, and closed when its page is no longer held", () => {
  const { page, lens } = shown();
  lens.show(withPages("a", "b"));
  const first = page
    .take()
    .filter(({ data }) => String((data.state as Raw)?._model_name) === "LensPictureModel");
  // The one that it opened with is of another page.
  expect(first.length).toBe(3);
  const [, a, b] = first.map(({ comm }) => comm);
  lens.show(withPages("b", "c"));
  const [c, update, closed, ...rest] = page.take();
  expect([c.type, c.buffers, closed.type, closed.comm, rest]).toEqual([
    "comm_open",
    [[...PICTURE]],
    "comm_close",
    a,
    [],
  ]);
  expect((update.data.state as Raw).pictures).toEqual({
    b: `IPY_MODEL_${b}`,
    c: `IPY_MODEL_${c.comm}`,
  });
  const result = lens.get("results").r0.id;
  lens.close();
  expect(page.take().map(({ type, comm }) => [type, comm])).toEqual([
    ["comm_close", lens.id],
    ["comm_close", b],
    ["comm_close", c.comm],
    ["comm_close", result],
  ]);
});

/** The state with the given results of the one there is. */
function withResults(...order: string[]): LensState {
  const results = Object.fromEntries(order.map((key) => [key, state.data.results.r0]));
  return { ...state, data: { ...state.data, results, order }, view: { ...state.view, result: order[0] } };
}

test("a result is sent once, and closed when it is no longer held; a view of it is checked by its key", async () => {
  const { page, lens } = shown();
  page.take();
  lens.show(withResults("r1", "r0"));
  const [fresh, update, ...rest] = page.take();
  expect([fresh.type, (fresh.data.state as Raw)._model_name, rest]).toEqual([
    "comm_open",
    "LensResultModel",
    [],
  ]);
  // What is sent with every query is small: neither maps nor pictures.
  expect([update.buffers, JSON.stringify(update.data).length < 3_000]).toEqual([[], true]);
  const view = { ...state.view, result: "r0" };
  await page.receive(lens.id, { method: "update", state: { view } });
  page.take();
  lens.show(withResults("r2", "r1"));
  expect(page.take().map(({ type, comm }) => [type, comm === fresh.comm])).toEqual([
    ["comm_open", false],
    ["comm_msg", false],
    ["comm_close", false],
  ]);
  await expect(page.receive(lens.id, { method: "update", state: { view } })).rejects.toThrow(
    'invalid view.result: "r0", expected the key of a result: r2, r1',
  );
});

test("chance comes by itself: neither maps nor pictures are sent again", () => {
  const { page, lens } = shown();
  page.take();
  lens.show(state, true);
  expect(said(page)).toEqual([{ measuring: true }]);
  const { r0 } = state.data.results;
  const measured = { ...state, data: { ...state.data, results: { r0: { ...r0, baseline: baseline() } } } };
  lens.showChance(measured, false);
  const [update, then, ...rest] = page.take();
  expect([update.comm, then.comm, rest]).toEqual([lens.get("results").r0.id, lens.id, []]);
  expect(Object.keys(update.data.state as object)).toEqual(["baseline"]);
  expect([then.data.state, then.buffers]).toEqual([{ measuring: false }, []]);
  const bytes = update.buffers.reduce((sum, { length }) => sum + length, 0);
  // Two lists of 39 control words, and the mean of 6 patches.
  expect(bytes).toBe(4 * (39 + 39 + 6));
});

test("it stands among other widgets", () => {
  const { page, lens } = shown();
  const box = new HBox([lens]);
  const opened = page.take().find(({ comm }) => comm === box.id);
  expect(opened?.data.state).toMatchObject({ children: [`IPY_MODEL_${lens.id}`] });
});

test("what is chosen in it reaches the kernel, and every other page", async () => {
  const { page, requests, lens } = shown();
  page.take();
  const view = {
    ...state.view,
    color: { ...state.view.color, opacity: 0.25 },
    marks: { ...state.view.marks, best: 3 },
  };
  await page.receive(lens.id, { method: "update", state: { view } });
  expect(requests.view.mock.calls).toEqual([[view]]);
  expect(page.take().map(({ data }) => [data.method, data.state])).toEqual([["echo_update", { view }]]);
});

test.each([
  [5, "invalid view"],
  [{ ...state.view, color: { ...state.view.color, palette: "jet" } }, "invalid view.color.palette"],
  [{ ...state.view, result: "r99" }, "invalid view.result"],
])("a view that cannot be is refused, and taken back: %j", async (view, message) => {
  const { page, requests, lens } = shown();
  page.take();
  await expect(page.receive(lens.id, { method: "update", state: { view } })).rejects.toThrow(message);
  expect(page.take().at(-1)?.data).toMatchObject({ method: "update", state: { view: state.view } });
  expect(requests.view).not.toHaveBeenCalled();
});

test("pictures, maps and the status are the kernel's alone", async () => {
  const { page, lens } = shown();
  const before = lens.fullState();
  page.take();
  const theirs = { data: null, status: "x", state_version: 9 };
  await page.receive(lens.id, { method: "update", state: theirs });
  expect([lens.fullState(), page.take()]).toEqual([before, []]);
});

test("a question is answered, its failure is said", async () => {
  const { page, requests, lens } = shown();
  page.take();
  for (const query of ["peak load", ""]) {
    await page.receive(lens.id, { method: "custom", content: { type: "ask", query } });
    await new Promise(setImmediate);
  }
  expect(requests.ask.mock.calls).toEqual([["peak load"], [""]]);
  expect(said(page)).toEqual([
    busy("Asking"),
    idle,
    busy("Asking"),
    { status: { ...idle.status, error: "invalid query: empty" } },
  ]);
});

test("a file is sent as bytes; what makes no sense is left alone", async () => {
  const { page, requests, lens } = shown();
  page.take();
  await page.receive(lens.id, { method: "custom", content: { type: "save", format: "svg" } });
  await new Promise(setImmediate);
  const [, file] = page.take();
  expect([file.data.content, file.buffers]).toEqual([{ type: "file", name: "a.svg", mime: "x/y" }, [[7]]]);
  for (const content of [null, 5, {}, { type: "ask" }, { type: "save", format: 1 }])
    await page.receive(lens.id, { method: "custom", content });
  expect([requests.ask.mock.calls.length, requests.file.mock.calls.length, page.take()]).toEqual([0, 1, []]);
  await page.receive(lens.id, { method: "custom", content: { type: "save", format: "svg", id: "7" } });
  await new Promise(setImmediate);
  expect(page.take()[1].data.content).toEqual({ type: "file", id: "7", name: "a.svg", mime: "x/y" });
  requests.file.mockRejectedValueOnce(new Error("no room on the disk"));
  await page.receive(lens.id, { method: "custom", content: { type: "save", format: "svg", id: "8" } });
  await new Promise(setImmediate);
  // Said to the view that asked, in its words; others have nothing to do with it.
  const answers = page.take();
  expect(answers.map((m) => m.data.content ?? m.data.state)).toEqual([
    busy("Writing SVG"),
    { type: "file", id: "8", error: "no room on the disk" },
    idle,
  ]);
});
