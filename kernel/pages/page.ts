import { createHash } from "node:crypto";
import type { Page, PageSource } from "../../core/index.js";
import { PageError } from "./error.js";

/** Largest page that is decoded: A4 at 1,000 dpi. */
export const MAX_PIXELS = 100_000_000;

/** @param pixels RGB bytes, row-major */
export function makePage(pixels: Uint8Array, width: number, height: number, source: PageSource): Page {
  const sha256 = createHash("sha256").update(`${width} x ${height}\n`).update(pixels).digest("hex");
  return { kind: "page", pixels, width, height, source, sha256 };
}

export function checkSize(name: string, width: number, height: number, advice: string): void {
  if (width * height > MAX_PIXELS)
    throw new PageError(
      `invalid page size: ${name} has ${width} x ${height} pixels (${Math.round((width * height) / 1e6)} megapixels), ` +
        `expected at most ${MAX_PIXELS / 1e6} megapixels; ${advice}`,
    );
}
