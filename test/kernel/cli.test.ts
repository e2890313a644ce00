/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { run } from "../../kernel/cli";
import { slug } from "../../kernel/cli/names";

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
  expect(json.schema).toBe("colpali-lens/explanation@1");
  expect([json.maps.length, json.maps[0].length, json.maps[0][0].length]).toEqual([1, 64, 64]);
  const { row, column, patchBest } = json.maxsim.tokens[0];
  expect(json.maps[0][row][column]).toBeCloseTo(patchBest, 6);
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

test("palette, normalisation and cells are those that were asked for; others are refused by name", async () => {
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
  expect((await picture("--palette", "viridis", "--normalisation", "absolute")).pixels).toBe(plain.pixels);
  const pictures = [plain.pixels];
  for (const options of [
    ["--palette", "mako"],
    ["--normalisation", "token"],
    ["--cells", "smooth"],
  ]) {
    const { pixels } = await picture(...options);
    expect(pictures).not.toContain(pixels);
    pictures.push(pixels);
  }
  const { code, err } = await picture("--palette", "jet");
  expect(code).toBe(2);
  expect(err).toContain("invalid --palette: jet, expected one of viridis, cividis, mako");
}, 60_000);

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
  [["inspect"], 2, "missing MODEL"],
  [["inspect", "no-such-model"], 1, "no-such-model"],
  [["mops"], 2, "unknown command: mops, expected one of maps"],
  [[], 2, "colpali-lens"],
] as const)("%j ends with %d and says why", async (argv, code, message) => {
  const answer = await cli(...argv);
  expect(answer.code).toBe(code);
  expect(answer.err).toContain(message);
  expect(answer.out).toBe("");
});

test("names are readable in any script and never empty", () => {
  expect(slug("Größe & 総計?")).toBe("Größe-総計");
  expect(slug("../..")).toBe("x");
  expect(slug("a".repeat(100)).length).toBe(40);
  expect(existsSync(folder)).toBe(true);
});
