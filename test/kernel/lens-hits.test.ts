/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { join } from "node:path";
import { inspect } from "node:util";
import sharp from "sharp";
import { escapeXml } from "../../core/index";
import {
  explain,
  type Lens,
  loadModel,
  type Model,
  openPages,
  type Page,
  type PatchMap,
} from "../../kernel/index";
import { describe as described } from "../../kernel/jupyter/mime";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
let model: Model;
let pages: Page[];
let lens: Lens;

beforeAll(async () => {
  model = await loadModel("mini", { cacheDir: null });
  pages = await openPages(REPORT);
  lens = await explain(model, pages, "battery beside the harbour");
});

afterAll(() => model.dispose());

test("the words of a query are found where they are printed together, then one by one", () => {
  const [first, second] = lens.hits;
  expect(first).toMatchObject({
    text: "the battery beside the harbour",
    name: "“the battery beside the harbour”",
    line: 6,
    words: ["battery", "beside", "the", "harbour"],
    beyond: true,
  });
  expect(first.chance).toBeLessThanOrEqual(0.05);
  expect(first.value).toBe(first.patches[0].value);
  expect(second.text.toLowerCase()).toBe("the");
  expect(inspect(lens.hits).split("\n")[0]).toMatch(/^text +line +words +cosine +chance p$/);
  expect(inspect(lens.hits).split("\n")[1]).toMatch(
    /^the battery beside the harbour +6 +battery, beside, the, harbour +0\.6\d\d +(< 0\.001|0\.0\d\d)$/,
  );
});

test("hits and maps are shown in a cell as small pictures over the lines that they print as", async () => {
  for (const [value, pictures] of [
    [lens.hits, Math.min(6, lens.hits.length)],
    [lens.map("battery"), 1],
    [lens.aggregate("max"), 1],
  ] as const) {
    const { data } = await described(value);
    const text = String(data["text/plain"]);
    expect(text.startsWith(inspect(value))).toBe(true);
    const html = String(data["text/html"]);
    expect(html).toContain(`<pre>${escapeXml(text)}</pre>`);
    const images = [...html.matchAll(/src="data:image\/webp;base64,([^"]+)"/g)];
    expect(images).toHaveLength(pictures);
    for (const [, picture] of images) {
      const { channels } = await sharp(Buffer.from(picture, "base64")).stats();
      // Print: neither blank nor of one colour.
      expect(channels[0].max - channels[0].min).toBeGreaterThan(100);
    }
  }
  // The picture is that of the map, whatever else is in view.
  const shown = async (map: PatchMap) => (await described(map)).data["text/html"];
  expect(await shown(lens.map("battery"))).not.toBe(await shown(lens.map(lens.words[1].text)));
});

test("a selected word has hits of its own, and a region is the line, word or block that they are in", () => {
  lens.view.word = 0;
  expect(lens.hits.map(({ text, words }) => [text, words])).toEqual([["battery", ["battery"]]]);
  const [word] = lens.regions("word");
  expect(word.text).toBe("battery");
  expect(word.relevance).toBeGreaterThan(0.4);
  lens.view.word = null;
  for (const by of ["word", "line", "block"] as const) {
    const all = lens.regions(by).map(({ relevance }) => relevance);
    expect(all).toEqual([...all].sort((a, b) => b - a));
  }
  expect(lens.regions("line")[0].text).toContain("the battery beside the harbour");
  expect(lens.regions("word").length).toBeGreaterThan(lens.regions("line").length);
  expect(inspect(lens.regions("line"))).toMatch(
    /^text +cosine +x +y +width +height\nrepair for nine weeks, and the/,
  );
});

test("a hit can be cut out of the page by pixels, and out of a picture of another size by parts", async () => {
  const [{ rect, part }] = lens.hits;
  const { page } = lens.ranking[0];
  expect(part.x * page.width).toBeCloseTo(rect.x, 6);
  expect((part.y + part.height) * page.height).toBeCloseTo(rect.y + rect.height, 6);
  // Where the words are printed there is ink, just above and below them there is none.
  const pixels = await page.pixels();
  const { width, height } = page;
  const grey = await sharp(Buffer.from(pixels), { raw: { width, height, channels: 3 } })
    .greyscale()
    .raw()
    .toBuffer();
  const darkest = (y: number) => {
    const row = grey.subarray(y * width + Math.ceil(rect.x), y * width + Math.floor(rect.x + rect.width));
    return row.reduce((a, b) => Math.min(a, b));
  };
  expect(darkest(Math.round(rect.y + rect.height / 2))).toBeLessThan(90);
  expect(darkest(Math.floor(rect.y) - 3)).toBeGreaterThan(200);
});

test("nothing beyond chance is an empty list that says so, with what comes nearest", async () => {
  const nothing = await explain(model, pages, "quantum giraffe");
  expect(nothing.hits).toEqual([]);
  expect(inspect(nothing.hits)).toMatch(
    /^No place is beyond chance \(0\.[34]\d( to 0\.[34]\d)?\)\. Nearest: “Autumn”, 0\.30 \(p = 0\.[01]\d\d\)\.$/,
  );
  const unjudged = await explain(model, pages, "battery", { baseline: false });
  expect(unjudged.hits.map(({ text, chance, beyond }) => [text, chance, beyond])).toContainEqual([
    "battery",
    null,
    false,
  ]);
});

test("a page without a text layer has hits by place, and no regions", async () => {
  const { width, height } = pages[0];
  const raw = Buffer.from(await pages[0].pixels());
  const scan = await sharp(raw, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const [image] = await openPages(scan);
  const scanned = await explain(model, image, "battery beside");
  expect(scanned.hits[0]).toMatchObject({ text: "", name: "Top", line: null, words: ["battery", "beside"] });
  expect(scanned.regions("word")).toEqual([]);
  expect(inspect(scanned.regions("word"))).toBe(
    "No printed words are known of this page: it has no text layer.",
  );
  expect(inspect(scanned.hits)).toMatch(/^text +line +words +cosine +chance p\nTop +– +battery, beside +0\./);
});

test("what is compared is listed by how much it differs", async () => {
  const both = await explain(model, pages[0], "battery bridged");
  await both.ask("ferry charger");
  both.view = { compare: both.results[1].key, difference: true };
  const values = Object.fromEntries(both.hits.map(({ text, value }) => [text, value]));
  expect(Object.keys(values).slice(0, 3).sort()).toEqual(["battery", "bridged", "ferry charger"]);
  expect(values["ferry charger"]).toBeGreaterThan(0.3);
  expect(values.battery).toBeLessThan(-0.3);
});

test("another kind of region is refused by name", () => {
  expect(() => lens.regions("char" as "word")).toThrow(
    'invalid region: "char", expected one of word, line, block',
  );
});
