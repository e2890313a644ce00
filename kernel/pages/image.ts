import sharp from "sharp";
import type { Page } from "../../core/index.js";
import { PageError } from "./error.js";
import { checkSize, makePage } from "./page.js";

const renderer = `libvips ${sharp.versions.vips} (sharp ${sharp.versions.sharp})`;

/**
 * Decodes PNG, JPEG, WebP and (multi-page) TIFF into RGB bytes: EXIF orientation applied, alpha laid on white, 16 bits
 * cut to 8, CMYK converted by its profile. RGB values are taken as they are, without colour management, as the
 * reference implementation takes them.
 */
export async function* imagePages(
  name: string,
  bytes: Uint8Array,
  choose: (count: number) => number[],
): AsyncGenerator<Page> {
  const info = await damaged(name, sharp(bytes, { limitInputPixels: false }).metadata());
  const count = info.format === "tiff" ? (info.pages ?? 1) : 1;
  for (const number of choose(count)) {
    const input = { limitInputPixels: false, failOn: "error", page: number - 1, pages: 1 } as const;
    const meta = await damaged(name, sharp(bytes, input).metadata());
    checkSize(name, meta.width, meta.height, "make it smaller first (an A4 page at 150 dpi has 1240 x 1754)");
    const cmyk = meta.space === "cmyk";
    const { data, info } = await damaged(
      name,
      sharp(bytes, { ...input, ignoreIcc: !cmyk })
        .rotate()
        .flatten({ background: "#fff" })
        .toColourspace("srgb")
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true }),
    );
    const pixels =
      info.channels === 1 ? grayToRgb(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
    yield makePage(pixels, info.width, info.height, { file: name, number, of: count, dpi: null, renderer });
  }
}

async function damaged<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new PageError(
      `invalid image ${name}: damaged or cut off (${reason}), expected a complete file; copy it again`,
      { cause: error },
    );
  }
}

function grayToRgb(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(gray.length * 3);
  for (let i = 0, o = 0; i < gray.length; i++) {
    rgb[o++] = gray[i];
    rgb[o++] = gray[i];
    rgb[o++] = gray[i];
  }
  return rgb;
}
