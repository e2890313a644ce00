/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import type { LensView } from "../../core/index.js";
import { HBox } from "../../kernel/controls/index.js";
import { LensWidget } from "../../kernel/lens-widget.js";
import { lensState, PICTURE } from "../core/example.js";
import { FrontEnd } from "./support/front-end.js";

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
  const [layout, opened] = page.take();
  expect(opened.data).toMatchObject({
    state: {
      _model_name: "LensModel",
      _view_module: "colpali-lens",
      layout: `IPY_MODEL_${layout.comm}`,
      view: { palette: state.view.palette },
    },
  });
  const paths = opened.data.buffer_paths as unknown[];
  expect(paths).toContainEqual(["data", "pages", 0, "picture", "data"]);
  expect(opened.buffers[paths.findIndex((path) => String(path) === "data,pages,0,picture,data")]).toEqual([
    ...PICTURE,
  ]);
  lens.layout.width = "50%";
  expect(page.take()).toMatchObject([{ comm: layout.comm, data: { state: { width: "50%" } } }]);
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
  const view = { ...state.view, opacity: 0.25, top: 3 };
  await page.receive(lens.id, { method: "update", state: { view } });
  expect(requests.view.mock.calls).toEqual([[view]]);
  expect(page.take().map(({ data }) => [data.method, data.state])).toEqual([["echo_update", { view }]]);
});

test.each([
  [5, "invalid view"],
  [{ ...state.view, palette: "jet" }, "invalid view.palette"],
  [{ ...state.view, explanation: 99 }, "invalid view.explanation"],
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
