/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */

import { DISPLAY } from "../../kernel/jupyter/mime.js";
import { noteShown } from "../../kernel/jupyter/widget-protocol/lifetimes.js";
import { closeAllWidgets, openWidgets } from "../../kernel/jupyter/widget-protocol/widget-registry.js";
import type { AnyWidget } from "../../kernel/jupyter/widget-protocol/widgets.js";
import { HBox, IntSlider, jslink, Label, type Layout, Output } from "../../kernel/widgets/index.js";
import { FrontEnd } from "./support/front-end.js";

let page: FrontEnd;
let cells = 0;
/** Names of cells that no other test has. */
const names = () => [`a${++cells}`, `b${cells}`, `c${cells}`];
beforeEach(() => {
  closeAllWidgets();
  page = new FrontEnd();
});

const show = <W extends AnyWidget>(widget: W): W => {
  noteShown(widget[DISPLAY]());
  return widget;
};
const isOpen = (...widgets: AnyWidget[]) => widgets.map(({ id }) => openWidgets.has(id));
/** What left for the front ends, each as "open Label" or "close". */
const traffic = () =>
  page.take().map(({ type, data }) => {
    const name = (data.state as Record<string, unknown> | undefined)?._model_name;
    return `${type.replace("comm_", "")}${name ? ` ${String(name).replace("Model", "")}` : ""}`;
  });

test("a cell that runs again closes what its last run made, parts included", () => {
  const [a] = names();
  const first = page.run(a, () => show(new IntSlider()));
  expect(openWidgets.size).toBe(3);
  page.take();
  const second = page.run(a, () => show(new IntSlider()));
  expect(isOpen(first, first.layout, first.style, second)).toEqual([false, false, false, true]);
  expect(openWidgets.size).toBe(3);
  expect(traffic().filter((message) => message === "close").length).toBe(3);
  expect(first.closed).toBe(false);
});

test("a run that fails, and one that shows nothing, close as well", () => {
  const [a] = names();
  page.run(a, () => show(new IntSlider()));
  const failing = () => {
    throw new Error("x");
  };
  expect(() => page.run(a, failing)).toThrow("x");
  expect(openWidgets.size).toBe(0);
});

test("what the same or another cell shows stays, alone or in a box, until that cell runs again", () => {
  const [a, b, c] = names();
  const slider = page.run(a, () => show(new IntSlider()));
  page.run(a, () => show(slider));
  page.run(a, () => show(slider));
  expect(isOpen(slider)).toEqual([true]);
  page.run(b, () => show(slider));
  const box = page.run(c, () => show(new HBox([slider])));
  page.run(a, () => {});
  page.run(b, () => {});
  expect(isOpen(slider, box)).toEqual([true, true]);
  page.run(c, () => {});
  expect(isOpen(slider, box)).toEqual([false, false]);
});

test("what was made and never shown is there until its cell runs again", () => {
  const [a, b] = names();
  const slider = page.run(a, () => new IntSlider());
  page.run(b, () => {});
  page.run(b, () => {});
  expect(isOpen(slider)).toEqual([true]);
});

test("at rest it changes and is heard, sends nothing, and opens as it is when it is shown again", () => {
  const [a, b] = names();
  const heard: number[] = [];
  const slider = page.run(a, () => show(new IntSlider({ max: 10 })));
  slider.on("change:value", (value) => heard.push(value));
  page.run(a, () => {});
  page.take();
  slider.value = 7;
  slider.send("custom");
  slider.layout = { width: "3px" } as unknown as Layout;
  expect([heard, traffic()]).toEqual([[7], ["open Layout"]]);
  page.run(b, () => show(slider));
  const sent = page.take();
  expect(sent.map(({ comm }) => comm)).toEqual([slider.style.id, slider.id]);
  expect(sent[1].data.state).toMatchObject({ value: 7, layout: `IPY_MODEL_${slider.layout.id}` });
  expect(isOpen(slider, slider.layout, slider.style)).toEqual([true, true, true]);
});

test("messages of front ends reach it again", async () => {
  const [a, b] = names();
  const slider = page.run(a, () => show(new IntSlider({ max: 10 })));
  page.run(a, () => {});
  page.run(b, () => show(slider));
  await page.receive(slider.id, { method: "update", state: { value: 5 }, buffer_paths: [] });
  expect(slider.value).toBe(5);
});

test("put into a box it is open before the box refers to it", () => {
  const [a, b] = names();
  const label = page.run(a, () => show(new Label("x")));
  const box = page.run(b, () => show(new HBox()));
  page.run(a, () => {});
  page.take();
  box.children = [label];
  expect(traffic()).toEqual(["open Layout", "open LabelStyle", "open Label", "msg"]);
});

test("closed by code it stays closed", () => {
  const [a, b] = names();
  const label = page.run(a, () => show(new Label("x")));
  page.run(a, () => {});
  label.close();
  page.take();
  page.run(b, () => show(label));
  expect([label.closed, traffic()]).toEqual([true, []]);
});

test("a link stays with its ends, goes with one of them and comes back with it", () => {
  const [a, b, c] = names();
  const [one, other] = page.run(a, () => [show(new IntSlider()), show(new IntSlider())]);
  const link = page.run(b, () => jslink([one, "value"], [other, "value"]));
  page.run(a, () => {
    show(one);
    show(other);
  });
  page.run(b, () => {});
  expect(isOpen(one, other, link)).toEqual([true, true, true]);
  page.run(a, () => show(other));
  expect(isOpen(one, other, link)).toEqual([false, true, false]);
  page.run(c, () => show(one));
  expect(isOpen(one, other, link)).toEqual([true, true, true]);
});

test("what stands in an output widget lives with it", () => {
  const [a, b] = names();
  const [out, label] = page.run(a, () => [show(new Output()), new Label("x")]);
  out.outputs = [{ output_type: "display_data", data: label[DISPLAY](), metadata: {} }];
  page.run(b, () => show(out));
  page.run(a, () => {});
  expect(isOpen(out, label)).toEqual([true, true]);
  page.run(b, () => {});
  expect(isOpen(out, label)).toEqual([false, false]);
  page.run(b, () => show(out));
  expect(isOpen(out, label)).toEqual([true, true]);
});

test("a listener makes widgets for the cell that registered it", async () => {
  const [a] = names();
  const slider = page.run(a, () => show(new IntSlider({ max: 10 })));
  let made: Label[] = [];
  page.run(a, () => {
    show(slider).on("change:value", () => {
      made = [...made, show(new Label("x"))];
    });
  });
  await page.receive(slider.id, { method: "update", state: { value: 5 }, buffer_paths: [] });
  expect(isOpen(...made)).toEqual([true]);
  page.run(a, () => show(slider));
  expect(isOpen(slider, ...made)).toEqual([true, false]);
});

test("without a cell id nothing is closed", () => {
  const slider = page.cell("1", () => show(new IntSlider()));
  page.cell("2", () => new IntSlider());
  page.run(names()[0], () => {});
  expect([isOpen(slider), openWidgets.size]).toEqual([[true], 6]);
});

describe("a front end that tells what stands in its outputs", () => {
  const tell = (cells: Record<string, string[]>) =>
    page.receive("told", { notebook: "n.ipynb", cells }).then(() => page.take());
  beforeEach(() => page.receive("told", {}, { type: "comm_open", target: "colpali-lens.shown" }));
  afterEach(() => tell({}));

  test("keeps the widget of a copied output when the first cell runs again", async () => {
    const [a, b] = names();
    const slider = page.run(a, () => show(new IntSlider()));
    await tell({ [a]: [slider.id], [b]: [slider.id] });
    page.run(a, () => {});
    expect(isOpen(slider)).toEqual([true]);
    await tell({});
    page.run(a, () => {});
    expect(isOpen(slider)).toEqual([false]);
  });

  test("deleted cells lose their widgets, unless they are there again", async () => {
    const [a, b, c] = names();
    const [one, other] = [page.run(a, () => show(new IntSlider())), page.run(b, () => show(new IntSlider()))];
    await tell({ [b]: [other.id] });
    page.run(c, () => {}, [a, b]);
    expect(isOpen(one, other)).toEqual([false, true]);
  });

  test("wakes what is shown again without a run", async () => {
    const [a, b] = names();
    const slider = page.run(a, () => show(new IntSlider()));
    page.run(b, () => {}, [a]);
    expect(isOpen(slider)).toEqual([false]);
    await tell({ [a]: [slider.id] });
    expect(isOpen(slider, slider.layout)).toEqual([true, true]);
  });

  test.each([[{ cells: null }], [{ cells: { a: 3 } }], [{ cells: { a: [{}] } }], [{ cells: "x" }]])(
    "nonsense changes nothing: %j",
    async (data) => {
      const slider = page.run(names()[0], () => show(new IntSlider()));
      await page.receive("told", data).catch(() => undefined);
      page.run(names()[0], () => {});
      expect(isOpen(slider)).toEqual([true]);
    },
  );
});
