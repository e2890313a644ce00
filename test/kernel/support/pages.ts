import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { Page } from "../../../core";

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

/** Number of pixels darker than mid-gray in a part of the page, given in fractions of it. */
export function inkIn(page: Page, left: number, right: number, top = 0, bottom = 1): number {
  let count = 0;
  for (let y = Math.floor(top * page.height); y < bottom * page.height; y++)
    for (let x = Math.floor(left * page.width); x < right * page.width; x++)
      if (page.pixels[(y * page.width + x) * 3 + 1] < 128) count++;
  return count;
}
