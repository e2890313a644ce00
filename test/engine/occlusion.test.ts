/**
 * Occlusion on a model whose answers are known in closed form: a patch's vector is its mean colour. Half of the angle between
 * red and green is yellow: its cosine with either is 1 / sqrt 2; that of white is 1 / sqrt 3.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import {
  fallSentences,
  fallsOf,
  layersWith,
  PatchMap,
  SCORE_DROP,
  scoreDropLayer,
} from "../../core/index.js";
import { explainPage } from "../../engine/explain/index.js";
import type { Model } from "../../engine/explain/model.js";
import { type Covering, type CoverOptions, cover, inOrder } from "../../engine/explain/occlusion.js";
import { COLUMNS, type Colour, colourModel, colourPage, ROWS } from "../kernel/support/colour-model.js";

const YELLOW = 1 / Math.sqrt(2);
const WHITE = 1 / Math.sqrt(3);
// Row by row.
const CELLS: Colour[] = ["red", "white", "white", "green", "yellow", "white"];
const PRINT = { 0: "Red,", 3: "green", 4: "yellow", 5: "nothing" };

const HOW = { by: "word", fill: "paper" } as const;

let model: Model;
let asked: string[];
beforeAll(async () => {
  ({ model, asked } = await colourModel());
});
afterAll(() => model.dispose());

async function covering(page = colourPage(CELLS, PRINT), options: CoverOptions = {}, query = "red green") {
  const explanation = await explainPage(model, page, query, { baseline: null });
  return { page, explanation, so: await cover([{ model, explanation }], page, options) };
}

const rounded = (so: Covering, score = 2) =>
  fallsOf(so.drops[0], score).map(({ text, places, fall, score: left }) => [
    text,
    places,
    fall.toFixed(5),
    left.toFixed(5),
  ]);

test("covering a word takes its token's best cosine down to the next best", async () => {
  const { so, explanation } = await covering();
  expect(explanation.maxsim.score).toBeCloseTo(2, 6);
  const [fall, left] = [(1 - YELLOW).toFixed(5), (1 + YELLOW).toFixed(5)];
  const rows = rounded(so);
  expect(rows.slice(0, 2).sort()).toEqual([
    ["Red", 1, fall, left],
    ["green", 1, fall, left],
  ]);
  expect(rows.slice(2).sort()).toEqual([
    ["nothing", 1, "0.00000", "2.00000"],
    ["yellow", 1, "0.00000", "2.00000"],
  ]);
  const red = fallsOf(so.drops[0], 2).find(({ text }) => text === "Red");
  expect(red?.tokens.map((v) => v.toFixed(5))).toEqual([fall, "0.00000"]);
  expect([so.isComplete, so.done, so.total]).toEqual([true, 4, 4]);
});

test("the fall is of the words that are asked for", async () => {
  const { so } = await covering(
    colourPage(["red", "white", "white", "green", "white", "white"], PRINT),
    {},
    "green",
  );
  expect(rounded(so, 1)[0]).toEqual(["green", 1, (1 - WHITE).toFixed(5), WHITE.toFixed(5)]);
  expect(rounded(so, 1)[1][2]).toBe("0.00000");
});

test("a word that is printed twice is covered in both places; either alone takes nothing", async () => {
  const page = colourPage(["red", "white", "white", "white", "red", "white"], {
    0: "Red",
    4: "(red)",
    5: "other",
  });
  const { so } = await covering(page, {}, "red");
  expect(rounded(so, 1)[0]).toEqual(["Red", 2, (1 - WHITE).toFixed(5), WHITE.toFixed(5)]);
  expect(fallSentences(fallsOf(so.drops[0], 1), 1, "word", so)).toEqual([
    "Covering “Red” (in all 2 places) takes 0.42 of 1.00.",
    "A word that is printed several times was covered in all its places together.",
  ]);
  const { so: grid } = await covering(page, { by: "grid", grid: [ROWS, COLUMNS] }, "red");
  expect(rounded(grid, 1).map(([, , fall]) => fall)).toEqual(Array(6).fill("0.00000"));
  expect(fallSentences(fallsOf(grid.drops[0], 1), 1, "grid", grid)).toEqual([
    "Covering no cell takes anything of 1.00.",
  ]);
});

test("the score rises where what is covered was in the way: black and white are told apart", async () => {
  const { so } = await covering(undefined, { fill: "#ff0000" }, "red green");
  // Red paint in the place of green: only yellow is left of it.
  expect(rounded(so)[0]).toEqual(["green", 1, (1 - YELLOW).toFixed(5), (1 + YELLOW).toFixed(5)]);
  const blue = colourPage(["white", "white", "white", "white", "white", "white"], { 2: "x" });
  const { so: rising, explanation } = await covering(blue, { fill: "#f00" }, "red");
  expect(explanation.maxsim.score).toBeCloseTo(WHITE, 6);
  expect(rounded(rising, WHITE)).toEqual([["x", 1, (WHITE - 1).toFixed(5), "1.00000"]]);
});

test("cells of a grid are named by their places, lines and blocks by their print", async () => {
  const { so } = await covering(undefined, { by: "grid", grid: [ROWS, COLUMNS] });
  expect(
    rounded(so)
      .slice(0, 2)
      .map(([text]) => text)
      .sort(),
  ).toEqual(["row 0, column 0", "row 1, column 1"]);
  expect([so.coarse[0].length, so.total]).toEqual([0, 6]);
  const { so: lines } = await covering(undefined, { by: "line" });
  expect(
    rounded(lines)
      .map(([text]) => text)
      .sort(),
  ).toEqual(["Red,", "green", "yellow nothing"]);
  const { so: block } = await covering(undefined, { by: "block" });
  // All print at once: white is left.
  expect(rounded(block)).toEqual([
    ["Red, green yellow nothing", 1, (2 - 2 * WHITE).toFixed(5), (2 * WHITE).toFixed(5)],
  ]);
});

test("maps: the query's is the sum of its words', with 0 where nothing was covered; the lens takes them", async () => {
  const { so, explanation, page } = await covering();
  const layer = scoreDropLayer(
    { drops: so.drops[0], coarse: so.coarse[0], isComplete: true, by: "word", fill: "paper" },
    explanation,
    page,
  );
  const fall = Math.fround(1 - YELLOW);
  const of = (kind: string, index: number) =>
    Array.from(layer.maps.find((map) => map.of === kind && map.index === index)?.data ?? [], (v) =>
      Number(v.toFixed(5)),
    );
  const shown = Number(fall.toFixed(5));
  expect(of("query", 0)).toEqual([shown, 0, 0, shown, 0, 0]);
  expect(of("word", 0)).toEqual([shown, 0, 0, 0, 0, 0]);
  expect(of("token", 1)).toEqual([0, 0, 0, shown, 0, 0]);
  const [{ note }, , ofGreen] = layer.maps;
  expect(note).toBe("“Red” takes most, 0.29 of 2.00; each printed word covered in the colour around it");
  expect(ofGreen.note).toBe(
    "“green” takes most, 0.29 of 1.00; each printed word covered in the colour around it",
  );
  const map = new PatchMap(layer.maps[0].data, ROWS, COLUMNS, SCORE_DROP);
  expect(layersWith(explanation, map, {})[0].quantity).toEqual(SCORE_DROP);
  expect(String(map)).toBe("PatchMap 3 × 2, falls of the score 0.00 … 0.29, highest 0.29 at row 0, column 0");
});

test("while it runs the coarse grid stands for what is not measured yet", async () => {
  const page = colourPage(CELLS, PRINT);
  const explanation = await explainPage(model, page, "red green", { baseline: null });
  const seen: [number, number[]][] = [];
  await cover(
    [{ model, explanation }],
    page,
    {},
    {
      onStep(so) {
        const own = { ...HOW, drops: so.drops[0], coarse: so.coarse[0], isComplete: so.isComplete };
        const { data } = scoreDropLayer(own, explanation, page).maps[0];
        seen.push([so.done, Array.from(data, (v) => Number(v.toFixed(2)))]);
      },
    },
  );
  expect(seen.map(([done]) => done)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  // The cells that the cosines point at come first: that over the red patch's upper three quarters, or over the green one's.
  const [[, first]] = seen;
  expect([first[0], first[3]].filter((fall) => fall > 0).length).toBe(1);
  // The whole grid: what is left of either patch is its colour with white.
  const [, coarse] = seen[7];
  expect([coarse[0], coarse[3]].every((fall) => fall > 0)).toBe(true);
  expect(seen.at(-1)?.[1]).toEqual([0.29, 0, 0, 0.29, 0, 0]);
});

test("the cache of pages is neither read nor written", async () => {
  const page = colourPage(CELLS, PRINT);
  const explanation = await explainPage(model, page, "red green", { baseline: null });
  const before = asked.length;
  await cover([{ model, explanation }], page);
  expect(asked.length).toBe(before);
});

test("two models go along: each has its own falls, in the same order of regions", async () => {
  const { model: other } = await colourModel("others");
  const page = colourPage(CELLS, PRINT);
  const both = [
    { model, explanation: await explainPage(model, page, "red green", { baseline: null }) },
    { model: other, explanation: await explainPage(other, page, "green", { baseline: null }) },
  ];
  const so = await cover(both, page);
  expect(so.drops[0].map(({ region }) => region)).toEqual(so.drops[1].map(({ region }) => region));
  const fallOf = (at: number, text: string) =>
    fallsOf(so.drops[at], 1)
      .find((fall) => fall.text === text)
      ?.fall.toFixed(5);
  expect([fallOf(0, "Red"), fallOf(1, "Red"), fallOf(1, "green")]).toEqual([
    (1 - YELLOW).toFixed(5),
    "0.00000",
    (1 - YELLOW).toFixed(5),
  ]);
  await other.dispose();
});

test("stopped it throws what it was stopped with; enough, it gives what is measured", async () => {
  const page = colourPage(CELLS, PRINT);
  const explanation = await explainPage(model, page, "red green", { baseline: null });
  const subjects = [{ model, explanation }];
  const stop = new AbortController();
  const stopped = cover(subjects, page, { signal: stop.signal }, { onStep: () => stop.abort("interrupted") });
  await expect(stopped).rejects.toBe("interrupted");
  await expect(cover(subjects, page, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
  const enough = new AbortController();
  const so = await cover(
    subjects,
    page,
    {},
    {
      enough: enough.signal,
      onStep: ({ done }) => done === 10 && enough.abort(),
    },
  );
  expect([so.isComplete, so.done, so.total, so.drops[0].length]).toEqual([false, 10, 12, 2]);
  expect(fallSentences(fallsOf(so.drops[0], 2), 2, "word", so).at(-1)).toBe(
    "Stopped after 10 of 12: what is not listed was not measured.",
  );
});

test.each<[CoverOptions, string]>([
  [{ by: "letter" as "word" }, 'invalid by: "letter", expected one of word, line, block, grid'],
  [
    { fill: "transparent" },
    'invalid fill: "transparent", expected paper, blur, mean, or a colour such as "white" or "#80a0ff"',
  ],
  [{ fill: "#12345" }, 'invalid fill: "#12345"'],
  [{ fill: "__proto__" }, 'invalid fill: "__proto__"'],
  [{ by: "grid", grid: [0, 4] }, "invalid grid: 0, expected rows and columns, each an integer from 1 to 100"],
])("what cannot be is said before the work: %j", async (options, says) => {
  await expect(covering(undefined, options)).rejects.toThrow(says);
});

test("a page without printed words can be covered by a grid only", async () => {
  const bare = colourPage(CELLS);
  await expect(covering(bare)).rejects.toThrow(
    'invalid by: "word", expected "grid": no printed words are known of this page',
  );
  expect((await covering(bare, { by: "grid" })).so.isComplete).toBe(true);
});

test("a query without words is refused as everywhere", async () => {
  await expect(covering(undefined, {}, " ")).rejects.toThrow(
    "invalid query: it is empty, expected at least one word",
  );
});

test("as many as go through the graph together are begun at once, while those before them are in it", async () => {
  let [begun, ended] = [0, 0];
  const seen: [begun: number, ended: number][] = [];
  const work = async (item: number) => {
    begun++;
    await new Promise((resolve) => setImmediate(resolve));
    ended++;
    return 10 * item;
  };
  const results: number[] = [];
  for await (const result of inOrder([0, 1, 2, 3, 4, 5, 6], 2, work)) {
    results.push(result);
    seen.push([begun, ended]);
  }
  expect(results).toEqual([0, 10, 20, 30, 40, 50, 60]);
  // The next two were begun before the first one was waited for.
  expect(seen[0][0]).toBe(2);
  expect(seen[1][0]).toBe(4);
  expect(seen.every(([first, last]) => first - last <= 4)).toBe(true);
});
