/** @jest-environment <rootDir>/test/kernel/support/realm.cjs */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { openPages } from "../../kernel/pages";
import { download } from "../../kernel/pages/fetch-document";
import { samplePdf } from "./support/sample-pdf";

const sample = samplePdf([{ width: 300, height: 200, texts: [] }]);
const half = sample.subarray(0, sample.length / 2);

/** Runs `use` with the address of a server that answers so. */
async function serving(answer: RequestListener, use: (url: string) => Promise<unknown>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.pdf`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("the part behind # stays here, and a URL object does as well", () =>
  serving(
    (request, response) => response.writeHead(request.url === "/a.pdf" ? 200 : 404).end(sample),
    async (url) => {
      const [page] = await openPages(new URL(`${url}#page=1`), { dpi: 20 });
      expect([page.source.file, page.source.number]).toEqual([url, 1]);
      await expect(openPages(`${url}#page=2`)).rejects.toThrow(`invalid pages: 2, ${url} has 1 page`);
    },
  ));

test.each<[string, RequestListener, RegExp]>([
  [
    "with its length told",
    (_, response) => {
      response.writeHead(200, { "content-length": sample.length });
      response.write(half, () => response.destroy());
    },
    /: cut off after \d+ bytes \(.+\), check the address and the network$/,
  ],
  [
    "in chunks",
    (_, response) => {
      response.write(half, () => response.destroy());
    },
    /: cut off after \d+ bytes \(.+\), check the address and the network$/,
  ],
])("a download that is cut off names its address: %s", (_, answer, message) =>
  serving(answer, async (url) => {
    const error: Error = await openPages(url).catch((e) => e);
    expect(error.name).toBe("PageError");
    expect(error.message.startsWith(`cannot download ${url}: `)).toBe(true);
    expect(error.message).toMatch(message);
  }),
);

test("so does one that is complete, of a document that is not", () =>
  serving(
    (_, response) => response.end(half),
    async (url) => {
      await expect(openPages(url)).rejects.toThrow(`invalid PDF ${url}: cut off after ${half.length} bytes`);
    },
  ));

test("a web page in place of a document is named", () =>
  serving(
    (_, response) => response.end("<!doctype html><title>Log in</title>"),
    async (url) => {
      await expect(openPages(url)).rejects.toThrow(
        `invalid document ${url}: a web page (HTML), expected a PDF`,
      );
    },
  ));

test("a server that sends without end is stopped at the limit, whether it tells a length or not", async () => {
  const megabyte = Buffer.alloc(2 ** 20);
  const limit = (url: string) => download(url, undefined, 3 * 2 ** 20);
  const message = (url: string) => `invalid document ${url}: larger than 3 MB, download it and open the file`;
  let isClosed = false;
  await serving(
    (_, response) => {
      const send = () => void response.write(megabyte, () => response.destroyed || send());
      response.on("close", () => (isClosed = true));
      send();
    },
    async (url) => {
      await expect(limit(url)).rejects.toThrow(message(url));
      while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  );
  await serving(
    (_, response) => response.writeHead(200, { "content-length": 2 ** 30 }).write("%PDF"),
    async (url) => {
      await expect(limit(url)).rejects.toThrow(message(url));
      await expect(openPages(url)).rejects.toThrow(`invalid document ${url}: larger than 512 MB`);
    },
  );
});

test("an interrupt ends a download under way", () => {
  const stop = new AbortController();
  let ended: Promise<void> | undefined;
  return serving(
    (_, response) => {
      ended = new Promise((resolve) => response.on("close", resolve));
      response.write(half, () => stop.abort(new Error("interrupted")));
    },
    async (url) => {
      await expect(openPages(url, { signal: stop.signal })).rejects.toThrow("interrupted");
      await ended;
    },
  );
});
