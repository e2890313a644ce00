/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { openPages } from "../../kernel/pages";
import { put, renderAll, renderFirst } from "./support/pages";
import { rawPdf, stream } from "./support/raw-pdf";
import { samplePdf } from "./support/sample-pdf";

const texts = [{ text: "left", x: 20, y: 50, size: 24 }];
const page = { width: 300, height: 200, texts };
const sample = Buffer.from(samplePdf([page, page]));
const low = { dpi: 36 };
const sha = async (bytes: Uint8Array, options = {}) =>
  (await renderAll(bytes, { ...low, ...options })).map((p) => p.sha256);
const edited = (from: string | RegExp, to: string, file = sample) =>
  Buffer.from(file.toString("latin1").replace(from, to), "latin1");

/** A revision behind the first, as editors append them. */
const revision = Buffer.concat([
  sample,
  Buffer.from(`3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n`),
  Buffer.from(
    `xref\n3 1\n${String(sample.length).padStart(10, "0")} 00000 n \ntrailer\n<< /Root 1 0 R /Size 8 /Prev ${/startxref\n(\d+)/.exec(sample.toString("latin1"))?.[1]} >>\nstartxref\n${sample.length + 66}\n%%EOF\n`,
  ),
]);

describe("only what is really cut off is refused", () => {
  test.each<[string, Uint8Array]>([
    ["junk before the header", Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), sample])],
    ["much junk behind the end", Buffer.concat([sample, Buffer.alloc(9000, "<!-- mail footer -->\n")])],
    ["zeros behind the end", Buffer.concat([sample, Buffer.alloc(70_000)])],
    ["a body in chunks", Buffer.concat([sample, Buffer.from("\r\n0\r\n\r\n")])],
    ["no end mark", edited("%%EOF\n", "")],
    ["no end mark nor line end", edited(/\n%%EOF\n$/, "")],
    ["a wrong place of the table", edited(/startxref\n\d+/, "startxref\n7")],
    ["no place of the table", edited(/startxref\n\d+\n/, "")],
    ["a broken table", edited(/xref\n0 /, "xrof\n9 ")],
    ["a second revision", revision],
    ["two files in one", Buffer.concat([sample, sample])],
  ])("%s", async (_, bytes) => {
    expect(await sha(bytes)).toEqual(await sha(sample));
  });

  const half = sample.subarray(0, sample.length / 2);
  const linearised = edited(
    "%PDF-1.4\n",
    "%PDF-1.4\n9 0 obj\n<< /Linearized 1 >>\nendobj\nstartxref\n0\n%%EOF\n",
    half as never,
  );
  test.each<[string, Uint8Array]>([
    ["in the middle", half],
    ["in the table at the end", sample.subarray(0, sample.length - 200)],
    ["behind the first page of a linearised file", linearised],
    ["in a second revision", revision.subarray(0, sample.length + 60)],
    ["behind its header", sample.subarray(0, 15)],
  ])("cut off %s", async (_, bytes) => {
    const path = put("cut.pdf", bytes);
    await expect(openPages(path)).rejects.toThrow(
      `invalid PDF ${path}: cut off after ${bytes.length} bytes (no end mark), expected a complete file; copy it again`,
    );
  });
});

describe("a page's unit", () => {
  const boxes = (more: string) => `<< /Type /Page /Parent 2 0 R ${more} >>`;
  const pages = [
    boxes("/MediaBox [0 0 60 40] /UserUnit 10"),
    boxes("/MediaBox [0 0 60 40] /Rotate 90 /UserUnit 2.5"),
    boxes("/MediaBox [0 0 600 400] /CropBox [0 0 30 20] /UserUnit 7 0 R"),
    boxes("/MediaBox [0 0 60 40]"),
  ];
  const kids = "[3 0 R 4 0 R 5 0 R 6 0 R]";
  const sizes = async (pdf: Uint8Array) =>
    (await openPages(pdf, { dpi: 72 })).map((p) => [p.width, p.height]);
  const expected = [
    [600, 400],
    [100, 150],
    [120, 80],
    [60, 40],
  ];

  test("scales it, with its rotation and its crop box", async () => {
    const catalog = ["<< /Type /Catalog /Pages 2 0 R >>", `<< /Type /Pages /Kids ${kids} /Count 4 >>`];
    const pdf = rawPdf([...catalog, ...pages, "4"]);
    expect(await sizes(pdf)).toEqual(expected);
    await expect(openPages(rawPdf([...catalog, ...pages, "4000"]), { dpi: 1200 })).rejects.toThrow(
      "invalid page size: bytes#3 has 2000000 x 1333333 pixels (2666666 megapixels), expected at most 100 megapixels; choose fewer dpi than 1200",
    );
  });

  test("where the page is in a compressed object stream", async () => {
    const bodies = [`<< /Type /Pages /Kids ${kids} /Count 4 >>`, ...pages, "4"];
    let at = 0;
    const offsets = bodies.map((body, i) => {
      const pair = `${i + 2} ${at}`;
      at += body.length + 1;
      return pair;
    });
    const index = `${offsets.join(" ")} `;
    const packed = deflateSync(index + bodies.join(" ")).toString("latin1");
    const head = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n";
    const objects = `8 0 obj\n${stream(packed, `/Type /ObjStm /N ${bodies.length} /First ${index.length} /Filter /FlateDecode`)}\nendobj\n`;
    const start = head.length + objects.length;
    const rows = [
      [0, 0, 0],
      [1, 9, 0],
      ...bodies.map((_, i) => [2, 8, i]),
      [1, head.length, 0],
      [1, start, 0],
    ];
    const table = rows.map(([a, b, c]) => String.fromCharCode(a, b >> 8, b & 255, c)).join("");
    const xref = `9 0 obj\n${stream(table, "/Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R")}\nendobj\nstartxref\n${start}\n%%EOF\n`;
    expect(await sizes(Buffer.from(head + objects + xref, "latin1"))).toEqual(expected);
  });
});

test("a password that is not needed is no obstacle", async () => {
  const locked = samplePdf([page, page], "");
  const plain = await sha(sample);
  expect(await sha(locked, { password: "sesame" })).toEqual(plain);
  expect(await sha(sample, { password: "sesame" })).toEqual(plain);
});

test("encryption that nobody here can undo is not called damage", async () => {
  const certificate = edited(
    "/Filter /Standard",
    "/Filter /Adobe.PubSec",
    Buffer.from(samplePdf([page], "x")),
  );
  await expect(openPages(certificate)).rejects.toThrow(
    "invalid PDF bytes: encrypted in a way that cannot be read here (with a certificate, for example), save it without encryption",
  );
});

test("a dynamic XFA form opens and is said to show a notice only; another form is quiet", async () => {
  const form = (needs: string) =>
    rawPdf([
      `<< /Type /Catalog /Pages 2 0 R ${needs} /AcroForm << /Fields [] /XFA 4 0 R >> >>`,
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 60 40] >>",
      stream("<xdp:xdp/>"),
    ]);
  const onWarning = () => {};
  const dynamic = await renderFirst(form("/NeedsRendering true"), { onWarning });
  expect(dynamic.warnings).toEqual([
    "a dynamic XFA form, whose pages only a form viewer makes: what is shown is the notice in their place; save it there as an ordinary PDF",
  ]);
  expect((await renderFirst(form(""))).warnings).toEqual([]);
});

test("the pages of the example are what they have always been", async () => {
  const report = join(__dirname, "../../examples/energy-report.pdf");
  const { data } = JSON.parse(readFileSync(join(__dirname, "../fixtures/lens/version-1.json"), "utf8"));
  const first = await renderFirst(`${report}#1`);
  expect([first.sha256, first.warnings]).toEqual([data.pages[0].sha256, []]);
});
