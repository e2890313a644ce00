/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { run } from "../../kernel/cli/commands";
import { pageFolder, slug, tokenFile } from "../../kernel/cli/output-names";
import { onePage } from "./support/raw-pdf";
import { samplePdf } from "./support/sample-pdf";

const REPORT = join(__dirname, "../../examples/energy-report.pdf");
const folder = mkdtempSync(join(tmpdir(), "colpali-lens-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line and catches what it prints. */
async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const caught = { out: "", err: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((chunk) => {
      caught[name === "stdout" ? "out" : "err"] += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await run(argv), ...caught };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test("--json prints one object for one page and query, with nested maps on demand", async () => {
  const { code, out } = await cli(
    "maps",
    "--documents",
    `${REPORT}#1`,
    "--queries",
    "electricity",
    "--json",
    "--arrays",
  );
  expect(code).toBe(0);
  const json = JSON.parse(out);
  expect(json.schema).toBe("colpali-lens/explanation@2");
  expect([json.maps.length, json.maps[0].length, json.maps[0][0].length]).toEqual([1, 64, 64]);
  const { row, column, patchBest } = json.maxsim.tokens[0];
  expect(json.maps[0][row][column]).toBeCloseTo(patchBest, 6);
  // Places have names and rectangles, of all words together as nothing else was chosen.
  const [hit] = json.hits;
  expect(hit.text.toLowerCase()).toContain("electricity");
  expect(hit.part.x * json.page.width).toBeCloseTo(hit.rect.x, 6);
  expect(hit.patches[0]).toEqual({ row, column, value: hit.value });
  expect(json.regions.word[0].text.toLowerCase()).toContain("electricity");
  expect([json.regions.quantity, json.regions.words]).toEqual(["cosine", expect.any(Number)]);
  expect(json.shown).toMatchObject([{ result: json.key, aggregate: "max", word: null, minus: null }]);
  expect(json.compared).toBeNull();
});

test("what --json prints is what --format json writes, of the quantity and the aggregate that were asked for", async () => {
  const out = join(folder, "both");
  const asked = ["maps", "--documents", `${REPORT}#1`, "--queries", "electricity", "--aggregate", "mean"];
  const printed = await cli(...asked, "--json", "--format", "json", "--out", out, "--quiet");
  const file = readdirSync(out, { recursive: true }).find((name) => String(name).endsWith(".json"));
  const json = JSON.parse(printed.out);
  expect(json).toEqual(JSON.parse(readFileSync(join(out, String(file)), "utf8")));
  expect(json.shown[0].aggregate).toBe("mean");
});

test("several queries give an array, in order", async () => {
  const { out } = await cli(
    "maps",
    "--documents",
    `${REPORT}#1`,
    "--queries",
    "wind",
    "--queries",
    "hydro",
    "--json",
  );
  expect(JSON.parse(out).map((e: { query: { text: string } }) => e.query.text)).toEqual(["wind", "hydro"]);
});

test("two documents with one stem and two queries that read alike never share a file", async () => {
  for (const name of ["a", "b"]) {
    mkdirSync(join(folder, name));
    copyFileSync(REPORT, join(folder, name, "report.pdf"));
  }
  const out = join(folder, "maps");
  const { code } = await cli(
    ...["maps", "--documents", join(folder, "a/report.pdf#1"), "--documents", join(folder, "b/report.pdf#1")],
    ...["--queries", "peak load", "--queries", "peak-load?", "--format", "json", "--out", out],
  );
  expect(code).toBe(0);
  const files = readdirSync(out, { recursive: true }).filter((f) => String(f).endsWith(".json"));
  expect(files.length).toBe(4);
}, 30_000);

test("pictures are one a word and one for the query", async () => {
  const out = join(folder, "pictures");
  const { code } = await cli(
    "maps",
    "--documents",
    `${REPORT}#1`,
    "--queries",
    "wind turbines",
    "--out",
    out,
  );
  expect(code).toBe(0);
  const names = readdirSync(out, { recursive: true }).map((f) => String(f).split("/").at(-1));
  expect(names.filter((n) => n?.endsWith(".png")).sort()[0]).toBe("max.png");
  expect(names.some((n) => n?.startsWith("token-00-wind"))).toBe(true);
}, 30_000);

test("palette, scale and cells are those that were asked for; others are refused by name", async () => {
  const picture = async (...options: string[]) => {
    const out = mkdtempSync(join(folder, "drawn-"));
    const argv = [
      "maps",
      "--documents",
      `${REPORT}#3`,
      "--queries",
      "cable",
      "--tokens",
      "none",
      "--out",
      out,
    ];
    const { code, err } = await cli(...argv, ...options);
    const file = readdirSync(out, { recursive: true }).find((name) => String(name).endsWith(".png"));
    // Of its pixels: beside them stands when it was made.
    const pixels =
      file &&
      createHash("sha256")
        .update(
          await sharp(join(out, String(file)))
            .raw()
            .toBuffer(),
        )
        .digest("hex");
    return { code, err, pixels };
  };
  const plain = await picture();
  expect((await picture("--palette", "auto", "--blend", "tint", "--scale", "absolute")).pixels).toBe(
    plain.pixels,
  );
  const pictures = [plain.pixels];
  for (const options of [
    ["--palette", "mako"],
    ["--scale", "token"],
    ["--cells", "smooth"],
  ]) {
    const { pixels } = await picture(...options);
    expect(pictures).not.toContain(pixels);
    pictures.push(pixels);
  }
  expect((await picture("--cmap=mako")).pixels).toBe(pictures[1]);
  expect((await picture("--normalize", "token")).pixels).toBe(pictures[2]);
  expect((await picture("--normalize", "log")).err).toContain(
    "invalid --scale: log, expected one of absolute",
  );
  expect((await picture("--scale", "token", "--normalize", "query")).err).toContain("--scale is given twice");
  const { code, err } = await picture("--palette", "jet");
  expect(code).toBe(2);
  expect(err).toContain(
    "invalid --palette: jet, expected one of auto, amber, blue, violet, viridis, cividis, mako",
  );
}, 60_000);

test("--quantity attention maps where the best patch of each word attends to, and says which and what goes off the page", async () => {
  const golden = join(__dirname, "../fixtures/golden");
  const asked = [
    "maps",
    join(golden, "images/landscape.png"),
    "--model",
    join(golden, "colqwen2"),
    "--quantity",
  ];
  const query = ["--queries", "wind power", "--json", "--arrays", "--quiet"];
  const { code, out } = await cli(...asked, "attention", ...query);
  expect(code).toBe(0);
  const [{ quantity, maps }] = JSON.parse(out).layers;
  expect(quantity.name).toBe("attention");
  expect(maps.map(({ of, index }: { of: string; index: number }) => `${of} ${index}`)).toEqual([
    "word 0",
    "word 1",
  ]);
  for (const { note, map } of maps as { note: string; map: number[][] }[]) {
    const [, row, column, off] =
      /^of the patch at row (\d+), column (\d+); language model, layer 1, mean over heads; (\S+) % off the page/.exec(
        note,
      )!;
    const all = map.flat().reduce((a, b) => a + b, 0);
    expect(Math.abs(all + Number(off) / 100 - 1)).toBeLessThanOrEqual(0.0005 + 1e-5);
    // A causal layer: nothing after the patch.
    const after = map.flatMap((cells, r) =>
      cells.filter((_, c) => r > Number(row) || (r === Number(row) && c > Number(column))),
    );
    expect(Math.max(0, ...after)).toBe(0);
    expect(map[Number(row)][Number(column)]).toBeGreaterThan(0);
  }
  const mini = await cli(
    "maps",
    join(golden, "images/landscape.png"),
    "--queries",
    "x",
    "--quantity",
    "attention",
    "--quiet",
    "--json",
  );
  expect(mini.code).toBe(1);
  expect(mini.err).toContain("no attention to be had of mini: its page graph does not attend");
}, 120_000);

test("--quantity score-drop covers each printed word: the map is highest where covering takes most", async () => {
  const file = join(folder, "two-words.pdf");
  const texts = [
    { text: "harbour", x: 40, y: 60, size: 24 },
    { text: "window", x: 200, y: 200, size: 24 },
  ];
  writeFileSync(file, samplePdf([{ width: 320, height: 240, texts }]));
  const asked = ["maps", "--documents", file, "--queries", "harbour", "--quantity", "score-drop"];
  const { code, out } = await cli(...asked, "--json", "--arrays", "--quiet");
  expect(code).toBe(0);
  const { hits, regions, layers } = JSON.parse(out);
  const [{ quantity, maps }] = layers;
  expect(quantity.name).toBe("score-drop");
  expect([regions.quantity, regions.word[0].text, hits[0].text]).toEqual([
    "score-drop",
    "harbour",
    "harbour",
  ]);
  const [whole] = maps.filter(({ of }: { of: string }) => of === "query");
  const map: number[][] = whole.map;
  const at = (x: number, y: number) =>
    map[Math.floor((y / 240) * map.length)][Math.floor((x / 320) * map[0].length)];
  expect(at(60, 52)).toBeGreaterThan(0.1);
  expect(at(60, 52)).toBe(Math.max(...map.flat()));
  expect(at(220, 192)).toBeLessThan(at(60, 52) / 4);
}, 120_000);

test("embeddings are safetensors: the header says where each tensor lies", async () => {
  const out = join(folder, "vectors");
  const { code, out: printed } = await cli(
    "embed",
    "--documents",
    `${REPORT}#1`,
    "--queries",
    "wind",
    "--out",
    out,
  );
  expect(code).toBe(0);
  const bytes = readFileSync(printed.split("\n")[0]);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  expect(header.embeddings.shape).toEqual([4096, 128]);
  expect(8 + length + header.patches.data_offsets[1]).toBe(bytes.length);
  const start = 8 + length;
  const norm = Array.from({ length: 128 }, (_, d) => bytes.readFloatLE(start + d * 4) ** 2).reduce(
    (a, b) => a + b,
  );
  expect(norm).toBeCloseTo(1, 3);
});

test("evaluate prints figures with chance, and writes files", async () => {
  const file = join(folder, "figures.csv");
  const { code, out } = await cli("evaluate", `${REPORT}#1`, "--per-page", "5", "--quiet", "--out", file);
  expect(code).toBe(0);
  expect(out).toMatch(/^Evaluation of mini \(mini\): 5 queries on 1 page$/m);
  expect(out).toMatch(/^best patch touches a box +5 +[\d.]+ +[\d.]+ to [\d.]+ +0\.\d+ +/m);
  expect(readFileSync(file, "utf8")).toMatch(/^all,pointing,5,/m);
}, 60_000);

test("inspect shows ids, and everything as JSON", async () => {
  const { out } = await cli("inspect", "mini", "--json", "--query", "wind");
  const json = JSON.parse(out);
  expect(json.family).toBe("mini");
  expect(json.query.tokens[0]).toMatchObject({ text: "wind", kind: "word" });
  expect((await cli("inspect", "mini")).out).toMatch(/^model {8}mini$/m);
});

test.each([
  [["maps", "--queries", "x"], 2, "missing --documents"],
  [["maps", "--documents", "x.pdf"], 2, "missing --queries"],
  [["maps", "--documents", "no such.pdf", "--queries", "x"], 1, "no such.pdf"],
  [
    ["maps", "--documents", REPORT, "--queries", "x", "--format", "gif"],
    2,
    "invalid --format: gif, expected one of",
  ],
  [
    ["maps", "--documents", REPORT, "--queries", "x", "--dpi", "9999"],
    2,
    "invalid --dpi: 9999, expected a number from 10 to 1200",
  ],
  [["maps", "--colour"], 2, "--colour"],
  [["evaluate"], 2, "missing SOURCE"],
  [
    ["evaluate", REPORT, "--out", "report.docx"],
    2,
    "invalid --out: report.docx, expected a name that ends in",
  ],
  [["evaluate", REPORT, "--per-page", "1.5"], 2, "invalid --per-page: 1.5, expected an integer"],
  [["evaluate", "no such.pdf"], 1, "no such.pdf"],
  [["inspect"], 2, "missing MODEL"],
  [["inspect", "no-such-model"], 1, "no-such-model"],
  [["mops"], 2, "unknown command: mops, expected one of maps"],
  [["mops"], 2, "; did you mean maps?"],
  [["docter"], 2, "; did you mean doctor?"],
  [["embeddings"], 2, "unknown command: embeddings"],
  [["--hepl"], 2, "; did you mean --help?"],
  [["toString"], 2, "unknown command: toString"],
  [["maps", "--docments", REPORT], 2, "unknown option: --docments, expected one of --model"],
  [["maps", "--docments", REPORT], 2, "; did you mean --documents?"],
  [["embed", "--query=x"], 2, "; did you mean --queries?"],
  [["maps", "--toString=x"], 2, "unknown option: --toString"],
  [["maps", REPORT, "--queries", "x", "-o", "out"], 2, "unknown option: -o (as a value: --NAME=-o)"],
  [["maps", "--queries", "x", "--documents"], 2, "missing value of --documents"],
  [["maps", "--documents", "--queries", "x"], 2, "missing value of --documents"],
  [["maps", "--documents", REPORT, "--queries", "x", "--out"], 2, "missing value of --out"],
  [["maps", "--json=yes"], 2, "invalid --json: yes, expected no value"],
  [["maps", "--dpi", "100", "--dpi=200"], 2, "--dpi is given twice, expected once"],
  [
    ["maps", REPORT, "--queries", "x", "--dpi", "-5"],
    2,
    "invalid --dpi: -5, expected a number from 10 to 1200",
  ],
  [["maps", REPORT, "--queries", "x", "--dpi=-5"], 2, "invalid --dpi: -5, expected a number from 10 to 1200"],
  [
    ["maps", REPORT, "--queries", "x", "--quantity", "attention-span"],
    2,
    "invalid --quantity: attention-span, expected one of cosine, score-drop, attention",
  ],
  [
    ["maps", REPORT, "--queries", "x", "--fill", "clear"],
    2,
    'invalid --fill: "clear", expected paper, blur, mean',
  ],
  [
    ["maps", REPORT, "--queries", "x", "--cover", "letter"],
    2,
    "invalid --cover: letter, expected one of word",
  ],
  [["maps", REPORT, "--queries", "x", "--tokens", "-1"], 2, "invalid --tokens: -1, expected a number from 0"],
  [
    ["maps", `${REPORT}#1`, "--queries", "x", "--tokens", "7"],
    2,
    'invalid --tokens: 7, expected an index from 0 to 0 for the query "x"',
  ],
  [
    ["maps", REPORT, "--queries", "x", "--tokens", "wrods"],
    2,
    "expected one of words, all, none; did you mean words?",
  ],
  [
    ["maps", REPORT, "--queries", "x", "--format", "png,pgn"],
    2,
    "invalid --format: pgn, expected one of json, png, svg, pdf, html; did you mean png?",
  ],
  [
    ["maps", REPORT, "--queries", "x", "--width", "720"],
    2,
    "invalid --width: 720, expected a number from 40 to 400",
  ],
  [["maps", REPORT, "--queries", "x", "--palette", "virdis"], 2, "; did you mean viridis?"],
  [
    ["maps", REPORT, "--queries", "x", "--provider", "gpu"],
    2,
    "invalid --provider: gpu, expected one of auto, cuda, webgpu",
  ],
  [["maps", REPORT, "--queries", "x", "--provider", "webgup"], 2, "; did you mean webgpu?"],
  [["maps", `${REPORT}#1`, "--queries", "x", "--model", "mni"], 1, "; did you mean mini?"],
  [
    ["maps", `${REPORT}#1`, "--queries", "x", "--profile", "engine"],
    1,
    "invalid profile: engine, expected one of",
  ],
  [["maps", REPORT, "--queries", " "], 2, 'invalid --queries: "", expected at least one word'],
  [["maps", REPORT, "--queries", "a", "b", "--pairs"], 2, "invalid --pairs: 1 documents and 2 queries"],
  [["inspect", "mini", "mini"], 2, "unexpected argument: mini"],
  [[], 2, "colpali-lens"],
] as const)("%j ends with %d and says why", async (argv, code, message) => {
  const answer = await cli(...argv);
  expect(answer.code).toBe(code);
  expect(answer.err).toContain(message);
  expect(answer.out).toBe("");
});

describe("documents", () => {
  const documents = join(folder, "documents");
  const out = join(folder, "embedded");
  beforeAll(() => {
    for (const name of [
      "2/Übersicht über alles.pdf",
      "10/a.pdf",
      "10/deep/b.PDF",
      "[x]/c.pdf",
      "2/notes.txt",
    ]) {
      mkdirSync(join(documents, name, ".."), { recursive: true });
      copyFileSync(REPORT, join(documents, name));
    }
    copyFileSync(REPORT, join(documents, "2/.hidden.pdf"));
    mkdirSync(join(documents, "none"));
  });

  /** Files that were made of which document, in order. */
  const embedded = async (...argv: string[]) => {
    const { code, out: printed, err } = await cli("embed", "--dpi", "10", "--out", out, "--quiet", ...argv);
    expect([code, err]).toEqual([0, ""]);
    return printed
      .trim()
      .split("\n")
      .map((file) => file.slice(out.length + 1).replace(/-[0-9a-f]{8}\.safetensors$/, ""));
  };
  const at = (name: string) => join(documents, name);

  test.each([
    [
      "several behind one option",
      ["--documents", `${at("10/a.pdf")}#1`, `${at("10/deep/b.PDF")}#2`],
      ["a-page-1", "b-page-2"],
    ],
    [
      "an option for each",
      [`--documents=${at("10/a.pdf")}#1`, `--documents=${at("10/deep/b.PDF")}#2`],
      ["a-page-1", "b-page-2"],
    ],
    ["both", [`--documents=${at("10/a.pdf")}#1`, `${at("10/deep/b.PDF")}#2`], ["a-page-1", "b-page-2"]],
    ["no option", [`${at("10/a.pdf")}#1`, `${at("10/deep/b.PDF")}#2`], ["a-page-1", "b-page-2"]],
    ["behind --", ["--queries", "wind", "--", `${at("10/a.pdf")}#1`], ["a-page-1", "query-wind"]],
    [
      "several queries",
      ["--queries", "wind", "-5 mm", "--documents", `${at("10/a.pdf")}#1`],
      ["a-page-1", "query-wind", "query-5-mm"],
    ],
    ["a query like an option", [`${at("10/a.pdf")}#1`, "--queries=--json"], ["a-page-1", "query-json"]],
    ["a file with brackets in its name", [`${at("[x]/c.pdf")}#1`], ["c-page-1"]],
    ["a folder", [at("10")], ["a-page-1", "a-page-2", "a-page-3", "a-page-4"]],
    [
      "a name with spaces and umlauts",
      [`${at("2/Übersicht über alles.pdf")}#1`],
      ["Übersicht-über-alles-page-1"],
    ],
    ["a pattern, without hidden files", [`${at("2/*")}#1`], ["Übersicht-über-alles-page-1"]],
    [
      "a pattern at any depth, numbers in order",
      [`${at("{2,10}/**")}#1`],
      ["Übersicht-über-alles-page-1", "a-page-1", "b-page-1"],
    ],
    ["a pattern and a file of it, once", [`${at("10/*.pdf")}#1`, `${at("10/a.pdf")}#1`], ["a-page-1"]],
  ])("%s", async (_what, argv, expected) => {
    expect(await embedded(...argv)).toEqual(expected);
  });

  test.each([
    [["*.png"], "no file matches DIR/*.png"],
    [["2/*.txt"], "no document matches DIR/2/*.txt, only DIR/2/notes.txt; expected PDF, PNG"],
    [["none"], "the folder DIR/none has no document"],
    [["10/a.pdf", "no.pdf", "10/nor.pdf", "x*.pdf"], "no such file: DIR/no.pdf"],
    [["10/a.pdf", "no.pdf", "10/nor.pdf", "x*.pdf"], "no such file: DIR/10/nor.pdf"],
    [["10/a.pdf", "no.pdf", "10/nor.pdf", "x*.pdf"], "no file matches DIR/x*.pdf"],
  ])("%j: %s, before anything is done", async (names, message) => {
    const answer = await cli("embed", ...names.map(at), "--out", join(folder, "never"));
    expect([answer.code, answer.out]).toEqual([1, ""]);
    expect(answer.err.replaceAll(documents, "DIR")).toContain(message);
    expect(answer.err).not.toContain("opening");
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  test("an output folder that cannot be written to is said before anything is done", async () => {
    const file = join(folder, "a file");
    copyFileSync(REPORT, file);
    for (const place of [file, join(file, "below")]) {
      const { code, err } = await cli("maps", REPORT, "--queries", "x", "--out", place);
      expect(code).toBe(1);
      expect(err).toContain(`cannot write to --out ${place}: E`);
      expect(err).not.toContain("opening");
    }
  });
});

describe("what is said while it works", () => {
  const maps = (...argv: string[]) =>
    cli("maps", "--documents", REPORT, "--queries", "submarine cable", "turbines", ...argv);

  test("in a log, a line now and then; at the end the best pages", async () => {
    const out = join(folder, "said");
    const { code, out: printed, err } = await maps("--tokens", "none", "--out", out);
    expect(code).toBe(0);
    expect(err).toMatch(/^opening: 1\/4 pages · \d+ s left\n/);
    expect(err).toMatch(/^mapping: 4\/8 maps · \d+ s left$/m);
    expect(err).toMatch(/^mapping: 8 maps in \d+\.\d s$/m);
    expect(err).not.toContain("\r");
    expect(err.split("\n").length).toBeLessThan(25);
    const lines = printed.trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/\d+\.\d{3}/, "#").replace(/page \d/, "page n"))).toEqual([
      'best pages for "submarine cable"',
      ...Array(3).fill(`  #  ${REPORT}, page n`),
      "  and 1 more",
      'best pages for "turbines"',
      ...Array(3).fill(`  #  ${REPORT}, page n`),
      "  and 1 more",
      `written to ${out}`,
    ]);
    const scores = lines.slice(1, 4).map((line) => Number.parseFloat(line));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(lines[1]).toContain("page 3");
  }, 60_000);

  test("--json leaves stdout to the JSON; --quiet says nothing at all", async () => {
    const { out, err } = await maps("--json");
    const all: {
      maxsim: { score: number };
      query: { text: string };
      provenance: { page: { number: number } };
    }[] = JSON.parse(out);
    const cable = all.filter((e) => e.query.text === "submarine cable");
    const best = cable.reduce((a, b) => (b.maxsim.score > a.maxsim.score ? b : a));
    expect(err).toContain(
      `best pages for "submarine cable"\n  ${best.maxsim.score.toFixed(3)}  ${REPORT}, page ${best.provenance.page.number}\n`,
    );
    const quiet = await maps("--json", "--quiet");
    expect([JSON.parse(quiet.out).length, quiet.err]).toEqual([8, ""]);
    const silent = await maps("--quiet", "--tokens", "none", "--out", join(folder, "quiet"));
    expect([silent.code, silent.out, silent.err]).toEqual([0, "", ""]);
  }, 60_000);

  test("on a terminal one line is rewritten, and cleared before anything else is written", async () => {
    const { isTTY, columns } = process.stderr;
    Object.assign(process.stderr, { isTTY: true, columns: 30 });
    try {
      const long = join(folder, "a folder with a long name for a model".repeat(2));
      const { err } = await cli("embed", REPORT, "--dpi", "10", "--out", join(folder, "terminal"));
      const lines = err.split("\n").filter(Boolean);
      for (const line of lines) {
        expect(line.startsWith("\r\x1b[K")).toBe(true);
        for (const part of line.split("\r\x1b[K")) expect(part.length).toBeLessThan(30);
      }
      expect(lines.at(-1)).toMatch(/embedding: 4 pages in \d/);
      // While the line of the first page stands there, the name of its file is printed.
      const visible = err.replaceAll("\r\x1b[K", "|");
      expect(visible).toMatch(/\|embedding: 1\/4 pages[^|]*\|\|embedding: 2\/4/);
      expect((await cli("inspect", long)).err).toMatch(/^colpali-lens: unknown model/);
    } finally {
      Object.assign(process.stderr, { isTTY, columns });
    }
  });
});

test("what a page warns of is said, on lines of its own, also with --quiet", async () => {
  const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Odd /Encoding << /Differences [65 /gbreve] >> >>";
  const file = join(folder, "font.pdf");
  writeFileSync(file, onePage({ content: "BT /F1 18 Tf 5 40 Td <41> Tj ET", fonts: [font] }));
  const { code, err } = await cli("embed", file, "--dpi", "10", "--quiet", "--out", join(folder, "warned"));
  expect(code).toBe(0);
  expect(err).toMatch(/^warning: .*font\.pdf.*the font Odd is not embedded in the PDF.*\n$/);
});

test("file names sort as pages and tokens do", () => {
  const page = (number: number, of: number) =>
    pageFolder({ file: "a b.pdf", number, of } as never, "").slice(0, -9);
  expect([page(3, 120), page(3, 9), page(1, 1)]).toEqual(["a-b-page-003", "a-b-page-3", "a-b-page-1"]);
  const tokens = Array.from({ length: 120 }, (_, index) => ({ index, text: "t" }));
  expect(tokenFile({ tokens } as never, tokens[7] as never)).toBe("token-007-t");
});

test("file names of tokens are text also where a tokenizer writes bytes as letters", () => {
  const texts = ["<end_of_utterance>", "wind", "\u0120beside", "\u0120Gr\u00c3\u00b6\u00c3\u0141e", "\u0120"];
  const tokens = texts.map((text, index) => ({ index, text }));
  expect(tokens.map((token) => tokenFile({ tokens } as never, token as never))).toEqual([
    "token-00-end-of-utterance",
    "token-01-wind",
    "token-02-beside",
    "token-03-Größe",
    "token-04-x",
  ]);
  const pieces = [
    { index: 0, text: "\u2581beside" },
    { index: 1, text: "Größe" },
  ];
  expect(pieces.map((token) => tokenFile({ tokens: pieces } as never, token as never))).toEqual([
    "token-00-beside",
    "token-01-Größe",
  ]);
});

test("--no-controls asks no control query, and says nothing of chance", async () => {
  const asked = ["maps", `${REPORT}#1`, "--queries", "electricity", "--json", "--quiet"];
  const [all, none] = [await cli(...asked), await cli(...asked, "--no-controls")];
  const [withChance, without] = [JSON.parse(all.out), JSON.parse(none.out)];
  const [controls, ...others] = withChance.baseline.controls;
  expect(others).toEqual([]);
  // 300 words, but for those that are asked or are printed on the page.
  expect(controls.words.length).toBeGreaterThan(290);
  expect(controls.words.length).toBeLessThanOrEqual(300);
  expect(without.baseline).toBeNull();
  expect(without.maxsim).toEqual(withChance.maxsim);
});

describe("stopping", () => {
  /** Waits until it is so, or the command has ended. */
  const until = async (isSo: () => boolean, running: Promise<unknown>) => {
    let hasEnded = false;
    void running.then(() => {
      hasEnded = true;
    });
    while (!hasEnded && !isSo()) await new Promise((done) => setTimeout(done, 1));
  };

  test("what is done is kept and said", async () => {
    const out = join(folder, "stopped");
    const running = cli("maps", REPORT, "--queries", "wind", "--dpi", "40", "--tokens", "none", "--out", out);
    await until(() => existsSync(out) && readdirSync(out).length > 1, running);
    process.emit("SIGINT", "SIGINT");
    const { code, err } = await running;
    const [, done] = /colpali-lens: stopped, (\d) of 4 maps are in .*stopped\n$/.exec(err) ?? [];
    const pictures = readdirSync(out, { recursive: true }).filter((f) => String(f).endsWith(".png"));
    expect([code, String(pictures.length)]).toEqual([130, done]);
    expect(Number(done)).toBeLessThan(4);
    expect(process.listenerCount("SIGINT")).toBe(0);
  }, 60_000);

  test("JSON that was begun is ended", async () => {
    const running = cli("maps", REPORT, "--queries", "wind", "hydro", "--dpi", "40", "--json");
    const printed = process.stdout.write as jest.Mock;
    await until(() => printed.mock.calls.length > 1, running);
    process.emit("SIGTERM", "SIGTERM");
    const { code, out, err } = await running;
    const done = JSON.parse(out).length;
    expect([code, done > 1 && done < 8]).toEqual([130, true]);
    expect(err).toContain(`colpali-lens: stopped, ${done} of 8 maps are printed\n`);
  }, 60_000);

  test("before anything was written, that is said", async () => {
    const running = cli("maps", REPORT, "--queries", "wind", "--out", join(folder, "unwritten"));
    process.emit("SIGINT", "SIGINT");
    const { code, err } = await running;
    expect([code, err]).toEqual([130, "colpali-lens: stopped, nothing was written\n"]);
  }, 60_000);
});

describe("help", () => {
  test.each(["maps", "embed", "inspect", "doctor", "install", "uninstall"])(
    "of %s names every option",
    async (name) => {
      const { out: help, code } = await cli(name, "--help");
      expect(code).toBe(0);
      expect([(await cli(name, "-h")).out, (await cli("help", name)).out]).toEqual([help, help]);
      const { err } = await cli(name, "--no-such-option");
      const known = /expected one of (.*?)(;|\n)/.exec(err)?.[1].split(", ") ?? [];
      expect(known.length).toBeGreaterThan(0);
      for (const option of known) expect(help).toMatch(new RegExp(`^ +${option}[ =]`, "m"));
      for (const [option] of help.matchAll(/^ +(--[\w-]+)/gm)) expect(known).toContain(option.trim());
    },
  );

  test("the overview names every command and what the exit codes mean", async () => {
    const { out, code } = await cli("--help");
    expect(code).toBe(0);
    for (const name of ["maps", "embed", "inspect", "doctor", "install", "uninstall"])
      expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(out).toContain("130 when stopped");
  });
});

test("names are readable in any script and never empty", () => {
  expect(slug("Größe & 総計?")).toBe("Größe-総計");
  expect(slug("../..")).toBe("x");
  expect(slug("a".repeat(100)).length).toBe(40);
  expect(existsSync(folder)).toBe(true);
});
