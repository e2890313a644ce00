/**
 * What is written to be shared says nothing of where a person keeps things, or of keys in addresses.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { explanationsOf, sharedName, sharedReference, unpackLens } from "../../core/index.js";
import { explain } from "../../kernel/api/explain.js";
import { loadModel, openPages } from "../../kernel/api/open.js";
import { run } from "../../kernel/cli/commands.js";
import { stillBundle } from "../../kernel/figures/index.js";
import { packageRoot } from "../../kernel/package.js";
import { samplePdf } from "./support/sample-pdf.js";

test.each([
  ["report.pdf", "report.pdf"],
  ["/home/person/Documents/report.pdf", "report.pdf"],
  ["../drafts/report v2.pdf", "report v2.pdf"],
  ["~/report.pdf", "report.pdf"],
  ["C:\\Users\\person\\report.pdf", "report.pdf"],
  ["\\\\server\\share\\report.pdf", "report.pdf"],
  ["file:///home/person/my%20report.pdf", "my report.pdf"],
  ["file:///C:/Users/person/100%.pdf", "100%.pdf"],
  ["/home/person/models/colpali/", "colpali"],
  ["https://host.example/a/report.pdf", "https://host.example/a/report.pdf"],
  [
    "https://person:word@host.example:8443/a/report.pdf?X-Amz-Signature=0f&Expires=9#page=2",
    "https://host.example:8443/a/report.pdf",
  ],
  ["HTTPS://host.example?token=0f", "HTTPS://host.example"],
  ["https://host.example/a/report.pdf#token=0f", "https://host.example/a/report.pdf"],
  ["s3://bucket/a/report.pdf?versionId=7", "s3://bucket/a/report.pdf"],
  ["data:application/pdf;base64,JVBERi0=", "data"],
  ["bytes", "bytes"],
  ["", ""],
])("of %j others are told %j", (from, told) => {
  expect(sharedName(from)).toBe(told);
});

test.each([
  ["mini", "mini"],
  ["owner/name", "owner/name"],
  ["/home/person/models/colpali", "colpali"],
  ["./models/colpali", "colpali"],
  ["~/models/colpali/", "colpali"],
  ["D:\\models\\colpali", "colpali"],
])("of a name that may be a model of a hub, %j, others are told %j", (from, told) => {
  expect(sharedReference(from)).toBe(told);
});

const root = mkdtempSync(join(tmpdir(), "shared-"));
/** Neither may be in what is shared. */
const PLACE = root.split(/[\\/]/).at(-1)!;
const KEY = "5ecret0f";
let server: Server;
let address: string;

beforeAll(async () => {
  const pdf = samplePdf([{ width: 300, height: 200, texts: [{ text: "turbine", x: 40, y: 60, size: 14 }] }]);
  mkdirSync(join(root, "documents"));
  writeFileSync(join(root, "documents", "report.pdf"), pdf);
  cpSync(join(packageRoot, "models", "mini"), join(root, "own-model"), { recursive: true });
  server = createServer((_, response) => response.end(pdf));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/far.pdf?X-Amz-Signature=${KEY}&Expires=9`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});

/** All that can be read in a file: as it is, what PDF streams hold, what is in base64, and text in 16 bits. */
function readable(bytes: Buffer): string {
  const plain = bytes.toString("latin1");
  const streams = Array.from(plain.matchAll(/stream\r?\n(.*?)\r?\nendstream/gs), ([, body]) => {
    try {
      return inflateSync(Buffer.from(body, "latin1")).toString("latin1");
    } catch {
      return "";
    }
  });
  const encoded = Array.from(plain.matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g), ([text]) =>
    Buffer.from(text, "base64").toString("latin1"),
  );
  return [plain, ...streams, ...encoded, plain.replaceAll("\0", "")].join("\n");
}

function filesOf(folder: string): { name: string; text: string }[] {
  return (readdirSync(folder, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
    .filter((file) => file.isFile())
    .map((file) => {
      const path = join(file.parentPath, file.name);
      return { name: path.slice(root.length), text: readable(readFileSync(path)) };
    });
}

function expectNothingPrivate(files: { name: string; text: string }[]): void {
  for (const { name, text } of files) {
    expect([name, text.includes(PLACE)]).toEqual([name, false]);
    expect([name.slice(1), `${name}\n${text}`.includes(KEY)]).toEqual([name.slice(1), false]);
  }
}

test("every file that a lens saves, its state and its static picture", async () => {
  const model = await loadModel(join(root, "own-model"), { cacheDir: null, provider: "cpu" });
  const pages = await openPages([join(root, "documents", "report.pdf"), address]);
  const lens = await explain(model, pages, "turbine", { baseline: false });
  const out = join(root, "figures");
  mkdirSync(out);
  lens.view.layout = "single";
  for (const index of [0, 1]) {
    lens.view.result = lens.results[index].key;
    for (const ending of ["svg", "png", "pdf", "html", "json"])
      await lens.save(join(out, `${index}.${ending}`));
  }
  lens.view.compare = lens.results[0].key;
  for (const ending of ["svg", "png", "pdf", "html", "json"]) await lens.save(join(out, `both.${ending}`));
  writeFileSync(join(out, "state.json"), JSON.stringify(lens.state));
  writeFileSync(join(out, "still.json"), JSON.stringify(await stillBundle(lens.state)));
  const files = filesOf(out);
  expect(files).toHaveLength(17);
  expectNothingPrivate(files);
  const { page, model: made } = JSON.parse(readFileSync(join(out, "0.json"), "utf8")).provenance;
  expect([page.file, made.id]).toEqual(["report.pdf", "own-model"]);
  expect(JSON.parse(readFileSync(join(out, "1.json"), "utf8")).page.file).toBe(address.split("?")[0]);
  expect(files.find(({ name }) => name.endsWith("0.svg"))?.text).toContain("report.pdf");
  // What goes on working with the document still has its name.
  expect(pages[0].source.file).toBe(join(root, "documents", "report.pdf"));
  await model.dispose();
}, 120_000);

test("what the command line writes", async () => {
  const out = join(root, "written");
  const quiet = [jest.spyOn(process.stdout, "write"), jest.spyOn(process.stderr, "write")];
  for (const spy of quiet) spy.mockReturnValue(true);
  const documents = [join(root, "documents", "report.pdf"), address];
  const options = [
    "--model",
    join(root, "own-model"),
    "--provider",
    "cpu",
    "--documents",
    ...documents,
    "--queries",
    "turbine",
  ];
  const codes = [
    await run(["embed", ...options, "--out", join(out, "vectors")]),
    await run(["maps", ...options, "--format", "json,svg", "--out", join(out, "maps")]),
  ];
  for (const spy of quiet) spy.mockRestore();
  expect(codes).toEqual([0, 0]);
  const files = filesOf(out);
  expect(files.filter(({ name }) => name.endsWith(".safetensors"))).toHaveLength(3);
  expect(files.filter(({ name }) => name.endsWith("explanation.json"))).toHaveLength(2);
  expectNothingPrivate(files);
}, 120_000);

test("a lens that an earlier version stored is cleaned when it is read", () => {
  const packed = JSON.parse(readFileSync(join(__dirname, "../fixtures/lens/version-1.json"), "utf8"));
  const [page, other] = packed.data.pages;
  page.name = join(root, "documents", "report.pdf");
  other.name = address;
  for (const { provenance } of packed.data.explanations) {
    provenance.page.file = address;
    provenance.model.id = join(root, "own-model");
  }
  const { data } = unpackLens(JSON.stringify(packed));
  const [first, second] = explanationsOf(data).map(({ provenance }) => provenance);
  expect([first.page.file, second.page.file]).toEqual(["report.pdf", address.split("?")[0]]);
  expect(first.model.id).toBe("own-model");
  expect(JSON.stringify([data.models, data.pages])).not.toContain(root);
});
