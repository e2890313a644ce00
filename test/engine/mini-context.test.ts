/**
 * The embedded model with context, on the table of the example report: what its figures say of held-out tables must be seen there, too.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { join } from "node:path";
import { aggregate, type Explanation, type Page, type PageWord, type Rect } from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import { loadModel, type Model } from "../../kernel/hub/load-model.js";
import { packageRoot } from "../../kernel/package.js";
import { openPages } from "../../kernel/pages/index.js";

const COLUMNS = ["Winter", "Spring", "Summer", "Autumn"];
const TABLE = {
  Wind: ["24.1", "17.3", "11.8", "21.9"],
  Hydro: ["9.2", "13.6", "10.4", "10.8"],
  Solar: ["1.7", "7.5", "10.9", "2.8"],
  Biogas: ["3.4", "3.1", "2.9", "3.6"],
  Diesel: ["4.0", "0.9", "0.3", "3.0"],
};
const VALUES = Object.entries(TABLE).flatMap(([row, values]) =>
  values.map((value, i) => ({ row, column: COLUMNS[i], value })),
);

let model: Model;
let page: Page;
let words: readonly PageWord[];

beforeAll(async () => {
  model = await loadModel("mini-context", { cacheDir: null, provider: "cpu" });
  [page] = await openPages(join(packageRoot, "examples", "energy-report.pdf#1"));
  words = await page.words();
}, 60_000);

afterAll(() => model.dispose());

/** Words of the page that a patch touches. */
function under({ grid }: Explanation, cell: number): string[] {
  const [width, height] = [page.width / grid.columns, page.height / grid.rows];
  const [x, y] = [(cell % grid.columns) * width, Math.floor(cell / grid.columns) * height];
  const touches = ({ rect }: PageWord) =>
    rect.x < x + width && rect.x + rect.width > x && rect.y < y + height && rect.y + rect.height > y;
  return words.filter(touches).map(({ text }) => text);
}

/** The best patch of the sum of the words' maps. */
function hottest({ query, maps }: Explanation): number {
  const ofWords = query.words.map(({ tokens }) => aggregate(maps, "mean", tokens).data);
  const sum = ofWords[0].map((_, j) => ofWords.reduce((total, map) => total + map[j], 0));
  return sum.indexOf(sum.reduce((a, b) => Math.max(a, b)));
}

function rectOf(text: string): Rect {
  return words.find((word) => word.text === text)!.rect;
}

test("row and column asked for together are hottest on their value, where neither is printed", async () => {
  const missed: string[] = [];
  for (const { row, column, value } of VALUES) {
    const explanation = await explainPage(model, page, `${row} ${column}`);
    const found = under(explanation, hottest(explanation));
    if (!found.includes(value)) missed.push(`${row} ${column}: ${found.join(" ") || "paper"}`);
  }
  expect(missed).toEqual([]);
}, 120_000);

test("one header alone is hottest where it is printed", async () => {
  for (const header of [...COLUMNS, "Hydro", "Biogas", "Diesel"]) {
    const explanation = await explainPage(model, page, header);
    const found = under(explanation, hottest(explanation));
    expect(found.map((text) => text.toLowerCase())).toContain(header.toLowerCase());
  }
}, 60_000);

test("one head of a value's patch looks at the name of its row, another at the heading of its column", async () => {
  const explanation = await explainPage(model, page, "hydro autumn");
  const cell = hottest(explanation);
  const { rows, columns } = explanation.grid;
  const [attention] = await model.attention(page, [
    { row: Math.floor(cell / columns), column: cell % columns },
  ]);
  const share = (head: number, text: string) => {
    const { x, y, width, height } = rectOf(text);
    const [wide, high] = [page.width / columns, page.height / rows];
    const touches = (j: number) => {
      const [left, top] = [(j % columns) * wide, Math.floor(j / columns) * high];
      return left < x + width && left + wide > x && top < y + height && top + high > y;
    };
    return attention.map({ head }).data.reduce((sum, v, j) => (touches(j) ? sum + v : sum), 0);
  };
  expect(share(0, "Hydro")).toBeGreaterThan(0.5);
  expect(share(1, "Autumn")).toBeGreaterThan(0.5);
  expect(share(0, "Autumn") + share(1, "Hydro")).toBeLessThan(0.1);
  await model.releaseAttention();
}, 60_000);

test("a misspelt name is told of both embedded models", async () => {
  await expect(loadModel("mini-contxt")).rejects.toThrow(
    /^unknown model: mini-contxt, expected "mini", "mini-context", .* did you mean "?mini-context/,
  );
});
