import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { LRUCache } from "lru-cache";
import { type Page, type PageSource, type PageWord, sharedName } from "../../core/index.js";
import { SharedWorks } from "../../engine/shared-work.js";
import { stopSignal } from "../interrupt.js";
import { DISPLAY } from "../jupyter/mime.js";
import { PageError } from "./error.js";
import { pageBundle } from "./page-list.js";
import { changed } from "./read-document.js";

/** Largest page that is decoded: A4 at 1,000 dpi. */
export const MAX_PIXELS = 100_000_000;

/** Bytes of pixels that are kept of all pages together: six A4 pages at 150 dpi. */
export const KEPT_BYTES = 40 * 2 ** 20;

/** A page that can be rendered. */
export interface Renderable {
  width: number;
  height: number;
  source: PageSource;
  render(signal: AbortSignal): Promise<Rendering>;
  /** What is printed on it, as the document itself says; without it, the document says nothing. */
  words?(signal: AbortSignal): Promise<PageWord[]>;
}

export interface Rendering {
  /** RGB bytes, row-major. */
  pixels: Uint8Array;
  /** The renderer, and what it did to the picture. */
  renderer: string;
  /** What a reader of the picture should know; empty as a rule. */
  warnings: string[];
}

const kept = new LRUCache<Renderable, Uint8Array>({
  maxSize: KEPT_BYTES,
  sizeCalculation: (pixels) => pixels.length,
});
const rendering = new SharedWorks<Renderable, Uint8Array>();
/** Of how many words the places are kept: those of about a hundred pages. */
const KEPT_WORDS = 50_000;

const words = new LRUCache<Renderable, readonly PageWord[]>({
  maxSize: KEPT_WORDS,
  sizeCalculation: (list) => list.length || 1,
});
const reading = new SharedWorks<Renderable, readonly PageWord[]>();

/** Reads the words of a picture. */
export type PictureReader = (
  picture: { data: Uint8Array; width: number; height: number },
  signal: AbortSignal,
) => Promise<PageWord[]>;

/**
 * @param onRendered called when the page is rendered for the first time
 * @param readPicture for words that the document itself does not say; without it there are none
 * @returns a page that prints as one line
 */
export function makePage(
  from: Renderable,
  onRendered: (page: Page) => void,
  readPicture?: PictureReader,
): Page {
  const { width, height } = from;
  let found: { source: PageSource; sha256: string; warnings: readonly string[] } | null = null;

  async function render(signal: AbortSignal): Promise<Uint8Array> {
    const { pixels, renderer, warnings } = await from.render(signal);
    signal.throwIfAborted();
    const sha256 = createHash("sha256").update(`${width} x ${height}\n`).update(pixels).digest("hex");
    if (pixels.length !== width * height * 3 || (found && found.sha256 !== sha256))
      throw changed(from.source.file);
    kept.set(from, pixels);
    if (!found) {
      found = { source: { ...from.source, renderer }, sha256, warnings };
      onRendered(page);
    }
    return pixels;
  }

  async function read(signal: AbortSignal): Promise<readonly PageWord[]> {
    let found = (await from.words?.(signal)) ?? [];
    if (found.length === 0 && readPicture)
      found = await readPicture({ data: await page.pixels({ signal }), width, height }, signal);
    const list = Object.freeze(found);
    words.set(from, list);
    return list;
  }

  const page: Page = {
    kind: "page",
    width,
    height,
    get source() {
      return found?.source ?? from.source;
    },
    get sha256() {
      return found?.sha256 ?? null;
    },
    get warnings() {
      return found?.warnings ?? null;
    },
    async pixels(options = {}) {
      const signal = stopSignal(options.signal);
      signal?.throwIfAborted();
      return kept.get(from) ?? rendering.get(from, render, signal);
    },
    async digest(options) {
      if (!found) await page.pixels(options);
      return (found as { sha256: string } | null)!.sha256;
    },
    async words(options = {}) {
      const signal = stopSignal(options.signal);
      signal?.throwIfAborted();
      return words.get(from) ?? reading.get(from, read, signal);
    },
  };
  return Object.defineProperties(page, {
    [inspect.custom]: { value: () => line(page) },
    [DISPLAY]: { value: () => pageBundle([page], line(page)) },
  });
}

function line({ width, height, source: { file, number, of, dpi }, warnings }: Page): string {
  const where = of > 1 ? `${sharedName(file)}#${number}` : sharedName(file);
  const parts = [`${width} x ${height} pixels`];
  if (dpi !== null) parts.push(`${dpi} dpi`);
  if (warnings?.length) parts.push(`${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`);
  return `Page ${JSON.stringify(where)} (${parts.join(", ")})`;
}

export function checkSize(name: string, width: number, height: number, advice: string): void {
  if (width * height > MAX_PIXELS)
    throw new PageError(
      `invalid page size: ${name} has ${width} x ${height} pixels (${Math.round((width * height) / 1e6)} megapixels), ` +
        `expected at most ${MAX_PIXELS / 1e6} megapixels; ${advice}`,
    );
}
