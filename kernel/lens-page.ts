import sharp from "sharp";
import type { LensPage, Page } from "../core/index.js";

/** Longest side of the picture that goes to the browser; coordinates stay those of the page. */
const LONGEST = 2400;

/** A page as the lens shows it: WebP, which keeps print sharp at a fraction of a PNG's size. */
export async function lensPage(page: Page): Promise<LensPage> {
  const { source, width, height, sha256, pixels } = page;
  const data = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: LONGEST, height: LONGEST, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 80, effort: 2 })
    .toBuffer();
  return {
    name: source.file,
    number: source.number,
    of: source.of,
    width,
    height,
    sha256,
    picture: { mime: "image/webp", data: new Uint8Array(data) },
  };
}
