/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openPages } from "../../kernel/pages";
import { folder, put, RGB, raw, renderAll } from "./support/pages";
import { samplePdf } from "./support/sample-pdf";

const sample = samplePdf([
  { width: 300, height: 200, texts: [{ text: "left", x: 20, y: 50, size: 24 }] },
  { width: 200, height: 300, texts: [{ text: "low", x: 120, y: 280, size: 24 }] },
]);

describe("sources", () => {
  test("a folder gives its documents in natural order, a list all of its own", async () => {
    const inside = join(folder, "set");
    mkdirSync(inside);
    const png = await raw(RGB).png().toBuffer();
    for (const name of ["p10.png", "p2.png", "notes.txt"]) writeFileSync(join(inside, name), png);
    const names = (await openPages(inside)).map((p) => p.source.file.slice(inside.length + 1));
    expect(names).toEqual(["p2.png", "p10.png"]);
    const seen: string[] = [];
    const list = await openPages([inside, new Uint8Array(png)], {
      onProgress: ({ done, total, name }) => seen.push(`${done}/${total} ${name}`),
    });
    expect(list).toHaveLength(3);
    expect(seen).toEqual(["1/3 p2.png", "2/3 p10.png", "3/3 bytes"]);
  });

  test("in a folder nobody chose hidden files, lock files and folders", async () => {
    const inside = join(folder, "mac");
    for (const name of ["c.pdf", ".hidden", "__MACOSX"]) mkdirSync(join(inside, name), { recursive: true });
    for (const name of [
      "._B.pdf",
      ".B.pdf",
      "~$B.pdf",
      ".~lock.B.pdf#",
      ".DS_Store",
      "Thumbs.db",
      "B.pdf~",
      ".hidden/x.pdf",
      "__MACOSX/._B.pdf",
    ])
      writeFileSync(join(inside, name), "not a document");
    await expect(openPages(inside)).rejects.toThrow(
      `invalid source: the folder ${inside} has no document, expected`,
    );
    writeFileSync(join(inside, "B.PDF"), sample);
    const pages = await openPages(inside, { dpi: 20 });
    expect(pages.map((p) => [p.source.file, p.source.number])).toEqual([
      [join(inside, "B.PDF"), 1],
      [join(inside, "B.PDF"), 2],
    ]);
  });

  test("a URL is downloaded; its failures name it", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/a.pdf") return response.end(sample);
      response.statusCode = 404;
      response.end("no");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const pages = await openPages(`${base}/a.pdf#2`, { dpi: 20 });
      expect(pages.map((p) => [p.source.file, p.source.number])).toEqual([[`${base}/a.pdf`, 2]]);
      await expect(openPages(`${base}/b.pdf`)).rejects.toThrow(
        `cannot download ${base}/b.pdf: the server answered 404`,
      );
    } finally {
      server.close();
    }
    await expect(openPages("http://127.0.0.1:1/x.pdf")).rejects.toThrow(
      /^cannot download http:\/\/127\.0\.0\.1:1\/x\.pdf: .*check the address/,
    );
  });

  test("what is missing is named", async () => {
    await expect(openPages("no/such.pdf")).rejects.toThrow(
      `no such file: no/such.pdf, looked from ${process.cwd()}`,
    );
    await expect(openPages("")).rejects.toThrow(
      'invalid source: "", expected a path, a URL or the bytes of a document',
    );
    await expect(openPages([])).rejects.toThrow("invalid source: an empty list");
    mkdirSync(join(folder, "bare"));
    await expect(openPages(join(folder, "bare"))).rejects.toThrow(/bare has no document, expected a PDF/);
    await expect(openPages("no/such.pdf")).rejects.toMatchObject({ name: "PageError" });
  });
});

describe("a part behind #", () => {
  const numbers = async (source: string | URL) =>
    (await openPages(source, { dpi: 20 })).map((p) => p.source.number);
  const path = put("part.pdf", sample);

  test("chooses pages as PDF viewers do", async () => {
    for (const part of ["#2", "#page=2", "#PAGE=2", "#page=2&zoom=100", "#zoom=50,0,0&page=2", "#page%3D2"]) {
      expect(await numbers(`${path}${part}`)).toEqual([2]);
      expect(await numbers(`file://${path}${part}`)).toEqual([2]);
      expect(await numbers(new URL(`file://${path}${part}`))).toEqual([2]);
    }
    expect(await numbers(`${path}#page=2,1`)).toEqual([2, 1]);
    expect(await numbers(`${path}#page=1-2`)).toEqual([1, 2]);
    expect(await numbers(`${path}#`)).toEqual([1, 2]);
    expect(await numbers(`${path}#toolbar=0&navpanes=0`)).toEqual([1, 2]);
  });

  test("is an error when it is none of these", async () => {
    for (const part of [
      "nameddest=chapter2",
      "chapter2",
      "page=",
      "page=two",
      "page=2&x=1",
      "page",
      ":~:text=x",
      "%E0%A4%A",
    ])
      for (const source of [path, `file://${path}`, "http://127.0.0.1:1/x.pdf"])
        await expect(openPages(`${source}#${part}`)).rejects.toThrow(
          `invalid page selection: #${part} of ${source}, expected for example ${source}#3, ${source}#1-3,7 or ${source}#page=3`,
        );
    await expect(openPages(`${path}#page=0`)).rejects.toThrow("invalid pages: 0,");
    await expect(openPages(`${path}#page=3`)).rejects.toThrow("invalid pages: 3,");
  });

  test("may belong to the name of a file", async () => {
    const named = put("a #2 copy#1", sample);
    expect(await numbers(named)).toEqual([1, 2]);
    expect(await numbers(`${named}#page=2`)).toEqual([2]);
    expect(await numbers(`${named}#2`)).toEqual([2]);
    const odd = put("b#page=1.pdf", sample);
    expect(await numbers(odd)).toEqual([1, 2]);
    expect(await numbers(`${odd}#1`)).toEqual([1]);
    await expect(openPages(`${folder}/no#such`)).rejects.toThrow(
      `no such file: ${folder}/no#such, looked from`,
    );
    await expect(openPages(`${folder}/no.pdf#page=2`)).rejects.toThrow(`no such file: ${folder}/no.pdf`);
  });
});

describe("a document may come as", () => {
  const sha = async (source: Parameters<typeof openPages>[0]) =>
    (await renderAll(source, { dpi: 20 })).map((p) => [p.source.file, p.sha256]);
  const inside = new Uint8Array(sample.length + 12);
  inside.set(sample, 5);
  const even = new Uint8Array(sample.length + (sample.length % 2));
  even.set(sample);

  test.each<[string, () => Exclude<Parameters<typeof openPages>[0], readonly unknown[]>]>([
    ["an ArrayBuffer", () => sample.slice().buffer],
    [
      "a SharedArrayBuffer",
      () => {
        const shared = new SharedArrayBuffer(sample.length);
        new Uint8Array(shared).set(sample);
        return shared;
      },
    ],
    ["a Buffer", () => Buffer.from(sample)],
    ["part of a buffer", () => inside.subarray(5, 5 + sample.length)],
    ["a DataView", () => new DataView(inside.buffer, 5, sample.length)],
    ["another typed array", () => new Uint16Array(even.buffer)],
    ["a Blob", () => new Blob([new Uint8Array(sample)])],
  ])("%s", async (_, source) => {
    const expected = await sha(sample);
    expect(await sha(source())).toEqual(expected);
    expect(await sha([source()])).toEqual(expected);
  });

  test("a File, whose name is kept, and a file: URL, with what is encoded in it", async () => {
    const expected = (await sha(sample)).map(([, hash]) => hash);
    const named = await sha(new File([new Uint8Array(sample)], "named.pdf"));
    expect(named).toEqual(expected.map((hash) => ["named.pdf", hash]));
    const path = put("ä b#1.pdf", sample);
    for (const url of [pathToFileURL(path), pathToFileURL(path).href])
      expect(await sha(url)).toEqual(expected.map((hash) => [path, hash]));
  });

  test("nothing else", async () => {
    for (const [source, shown] of [
      [null, "null"],
      [7, "7"],
      [{}, "[object Object]"],
      ["  ", "  "],
    ])
      await expect(openPages(source as never)).rejects.toThrow(
        `invalid source: ${shown}, expected a path, a URL or the bytes of a document`,
      );
    await expect(openPages("s3://bucket/a.pdf")).rejects.toThrow(
      "invalid source: s3://bucket/a.pdf, expected a path, or a URL that starts with https:, http: or file:",
    );
  });
});
