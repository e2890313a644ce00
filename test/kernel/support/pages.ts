import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { Page } from "../../../core";
import { type OpenPagesOptions, openPages, type PageInput } from "../../../kernel/pages";

/** A folder of this test file's own, gone when it ends. */
export const folder = mkdtempSync(join(tmpdir(), "pages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** 3 x 2 pixels: value 10 x column + 100 x row in red, column in green, row in blue. */
export const RGB = Uint8Array.from([0, 0, 0, 10, 1, 0, 20, 2, 0, 100, 0, 1, 110, 1, 1, 120, 2, 1]);

export const raw = (data: Uint8Array, channels: 1 | 3 | 4 = 3, width = 3, height = 2) =>
  sharp(data, { raw: { width, height, channels } });

/** A page with what is known when it is rendered. */
export interface Rendered {
  width: number;
  height: number;
  source: Page["source"];
  pixels: Uint8Array;
  sha256: string;
  warnings: readonly string[];
}

export async function rendered(page: Page): Promise<Rendered> {
  const pixels = await page.pixels();
  const { width, height, source, warnings } = page;
  return { width, height, source, pixels, sha256: await page.digest(), warnings: warnings ?? [] };
}

export async function renderAll(
  source: PageInput | readonly PageInput[],
  options?: OpenPagesOptions,
): Promise<Rendered[]> {
  const all: Rendered[] = [];
  for (const page of await openPages(source, options)) all.push(await rendered(page));
  return all;
}

export async function renderFirst(source: PageInput, options?: OpenPagesOptions): Promise<Rendered> {
  return rendered((await openPages(source, options))[0]);
}

/** Number of pixels darker than mid-gray in a part of the page, given in fractions of it. */
export function inkIn(page: Rendered, left: number, right: number, top = 0, bottom = 1): number {
  let count = 0;
  for (let y = Math.floor(top * page.height); y < bottom * page.height; y++)
    for (let x = Math.floor(left * page.width); x < right * page.width; x++)
      if (page.pixels[(y * page.width + x) * 3 + 1] < 128) count++;
  return count;
}
