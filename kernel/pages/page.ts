import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { type Page, type PageSource, sharedName } from "../../core/index.js";
import { PageError } from "./error.js";

/** Largest page that is decoded: A4 at 1,000 dpi. */
export const MAX_PIXELS = 100_000_000;

/**
 * @param pixels RGB bytes, row-major
 * @returns a page that prints as one line
 */
export function makePage(
  pixels: Uint8Array,
  width: number,
  height: number,
  source: PageSource,
  warnings: string[],
): Page {
  const sha256 = createHash("sha256").update(`${width} x ${height}\n`).update(pixels).digest("hex");
  const page: Page = { kind: "page", pixels, width, height, source, sha256, warnings };
  return Object.defineProperty(page, inspect.custom, { value: () => line(page) });
}

function line({ width, height, source: { file, number, of, dpi }, warnings = [] }: Page): string {
  const where = of > 1 ? `${sharedName(file)}#${number}` : sharedName(file);
  const parts = [`${width} x ${height} pixels`];
  if (dpi !== null) parts.push(`${dpi} dpi`);
  if (warnings.length > 0) parts.push(`${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`);
  return `Page ${JSON.stringify(where)} (${parts.join(", ")})`;
}

export function checkSize(name: string, width: number, height: number, advice: string): void {
  if (width * height > MAX_PIXELS)
    throw new PageError(
      `invalid page size: ${name} has ${width} x ${height} pixels (${Math.round((width * height) / 1e6)} megapixels), ` +
        `expected at most ${MAX_PIXELS / 1e6} megapixels; ${advice}`,
    );
}
