/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { scene } from "../../core/index";
import { explain, type Lens, type Model } from "../../kernel/index";
import { setCurrentKernel } from "../../kernel/jupyter/kernel";
import { DISPLAY } from "../../kernel/jupyter/mime";
import { type Colour, colourModel, colourPage } from "./support/colour-model";
import { FrontEnd } from "./support/front-end";

const CELLS: Colour[] = ["red", "white", "white", "green", "yellow", "white"];
const page = colourPage(CELLS, { 0: "Red,", 3: "green", 4: "yellow", 5: "=1+2" });
const FALL = 1 - 1 / Math.sqrt(2);
const folder = mkdtempSync(join(tmpdir(), "occlusion-"));
let model: Model;
let other: Model;
beforeAll(async () => {
  ({ model } = await colourModel());
  ({ model: other } = await colourModel("others"));
});
afterEach(() => setCurrentKernel(null));
afterAll(async () => {
  await model.dispose();
  await other.dispose();
  rmSync(folder, { recursive: true });
});

const asked = (models: Model | Model[] = model) => explain(models, page, "red green", { baseline: false });
const shownData = (lens: Lens) => Array.from(scene(lens.state).shown.map.data, (v) => Number(v.toFixed(5)));
const shown = Number(FALL.toFixed(5));

test("the list prints as a sentence and a table, and is kept as CSV and JSON", async () => {
  const lens = await asked();
  const falls = await lens.occlusion();
  expect(falls[0].fall).toBeCloseTo(FALL, 6);
  expect(inspect(falls).split("\n")).toEqual([
    "Covering “Red” takes 0.29 of 2.00.",
    "",
    "covered  places   fall  score",
    "Red           1  0.293  1.707",
    "green         1  0.293  1.707",
    "yellow        1  0.000  2.000",
    "1+2           1  0.000  2.000",
  ]);
  const csv = readFileSync(await falls.save(join(folder, "falls.csv")), "utf8").split("\r\n");
  expect(csv[0]).toBe("covered,places,fall,score,line,x,y,width,height");
  expect(csv[2]).toBe("green,1,0.2928932,1.707107,1,6,4,6,4");
  const json = JSON.parse(readFileSync(await falls.save(join(folder, "falls.json")), "utf8"));
  expect(json).toMatchObject({
    kind: "occlusion",
    query: "red green",
    by: "word",
    fill: "paper",
    isComplete: true,
  });
  expect(json.rows[0].tokens.length).toBe(2);
  await expect(falls.save("falls.xlsx")).rejects.toThrow(
    'invalid file name: "falls.xlsx", expected it to end in .csv, .json',
  );
  const html = String(
    (falls as unknown as Record<symbol, () => Record<string, string>>)[DISPLAY]()["text/html"],
  );
  expect(html).toContain("<td>0.293</td>");
  expect(falls.filter(({ fall }) => fall > 0.1).map(({ text }) => text)).toEqual(["Red", "green"]);
});

test("the lens shows it, as a map like any: of the query, of a word, in figures and tables; cosines are a click away", async () => {
  const lens = await asked();
  await lens.occlusion();
  expect(lens.view.quantity).toBe("score-drop");
  expect(shownData(lens)).toEqual([shown, 0, 0, shown, 0, 0]);
  lens.view.word = 1;
  expect(shownData(lens)).toEqual([0, 0, 0, shown, 0, 0]);
  expect(lens.best(1)[0]).toMatchObject({ row: 1, column: 1 });
  const svg = readFileSync(await lens.save(join(folder, "falls.svg")), "utf8");
  expect(svg).toContain("fall of the score");
  expect(svg.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ")).toContain(
    "“green” takes most, 0.29 of 1.00; each printed word covered in the colour around it.",
  );
  lens.view.quantity = "cosine";
  expect(shownData(lens)[3]).toBe(1);
  // Measured again, with another fill, it takes the place of the first.
  await lens.occlusion({ fill: "black" });
  expect(lens.explanation.layers?.length).toBe(1);
});

test("of two models both get their maps, and their difference is one", async () => {
  const lens = await asked([model, other]);
  const falls = await lens.occlusion();
  expect(falls.others.map(({ about }) => (about.provenance as { model: { id: string } }).model.id)).toEqual([
    "others",
  ]);
  expect(inspect(falls)).toContain("others, plain: Covering “Red” takes 0.29 of 2.00.");
  expect(lens.view.quantity).toBe("score-drop");
  expect(lens.view.compare).not.toBeNull();
  lens.view.difference = true;
  expect(shownData(lens)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(scene(lens.state).shown.map.quantity).toBe("score-drop-difference");
});

test("an interrupt of the cell stops it; what is measured stays in the lens", async () => {
  const front = new FrontEnd();
  const lens = await asked();
  let seen = 0;
  const stopped = lens.occlusion({
    onProgress: (done) => {
      seen = done;
      if (done === 9) front.interrupted.abort(new Error("The cell was interrupted."));
    },
  });
  await expect(stopped).rejects.toThrow("The cell was interrupted.");
  expect(seen).toBe(9);
  expect(lens.explanation.layers?.[0].quantity.name).toBe("score-drop");
});

test("the person at the widget measures it, sees how far it is, and stops it", async () => {
  const front = new FrontEnd();
  const lens = await asked();
  const id = lens.widget.id;
  front.take();
  await front.receive(id, { method: "custom", content: { type: "measure", quantity: "score-drop" } });
  const statuses = front
    .take()
    .filter(({ comm }) => comm === id)
    .flatMap(({ data }) => ((data.state ?? {}) as { status?: { busy: string | null } }).status?.busy ?? []);
  expect(statuses[0]).toBe("Measuring");
  expect(statuses).toContainEqual(
    expect.stringMatching(/^Covering part 9 of 12\. About \d+ seconds? left\.$/),
  );
  expect(lens.view.quantity).toBe("score-drop");

  const again = await asked();
  const running = front.receive(again.widget.id, {
    method: "custom",
    content: { type: "measure", quantity: "score-drop" },
  });
  await new Promise((resolve) => setImmediate(resolve));
  await front.receive(again.widget.id, { method: "custom", content: { type: "stop" } });
  await running;
  expect(again.widget.get("status")).toEqual({ busy: null, fraction: null, error: null });

  await front.receive(id, { method: "custom", content: { type: "measure", quantity: "weight" } });
  expect(lens.widget.get("status").error).toBe(
    'invalid quantity: "weight", expected one of score-drop, attention',
  );
});

test("a newer query ends it with what is measured; it says what cannot be measured", async () => {
  const lens = await asked();
  const falls = lens.occlusion({ onProgress: (done) => done === 9 && void lens.ask("green") });
  expect((await falls).isComplete).toBe(false);
  const bare = await explain(model, colourPage(CELLS), "red", { baseline: false });
  await expect(bare.occlusion()).rejects.toThrow('invalid by: "word", expected "grid"');
  expect(() => bare.addMap({ name: "score-drop" }, [0, 0, 0, 0, 0, 0])).toThrow(
    'invalid quantity.name: "score-drop", expected another name: this one is measured by the package',
  );
});
