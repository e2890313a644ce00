import sharp, { type Sharp } from "sharp";
import type { Page } from "../../core/index.js";
import { PageError } from "./error.js";
import { checkSize, makePage } from "./page.js";
import { pixelShape } from "./pixel-shape.js";
import { scaledSamples } from "./samples.js";
import { compressionName } from "./tiff-tags.js";

/** What becomes of transparent parts: laid on white paper, or alpha dropped as the reference implementation drops it. */
export type Transparency = "white" | "strip";

export interface ImageOptions {
  transparency: Transparency;
  choose: (count: number) => number[];
}

export interface DecodedImage {
  /** RGB bytes, row-major. */
  pixels: Uint8Array;
  width: number;
  height: number;
  /** The decoder, and what it did to the picture. */
  renderer: string;
  warnings: string[];
}

const renderer = `libvips ${sharp.versions.vips} (sharp ${sharp.versions.sharp})`;
const ADVICE = "make it smaller first (an A4 page at 150 dpi has 1240 x 1754)";

/** Pages of a PNG, JPEG, WebP or TIFF; only a TIFF has several. */
export async function* imagePages(
  name: string,
  bytes: Uint8Array,
  options: ImageOptions,
): AsyncGenerator<Page> {
  const { format, pages = 1 } = await attempt(
    name,
    bytes,
    sharp(bytes, { limitInputPixels: false }).metadata(),
  );
  const count = format === "tiff" ? pages : 1;
  for (const number of options.choose(count)) {
    const made = await decodeImage(name, bytes, number - 1, options.transparency);
    const source = { file: name, number, of: count, dpi: null, renderer: made.renderer };
    yield makePage(made.pixels, made.width, made.height, source, made.warnings);
  }
}

/**
 * Decodes one picture into RGB bytes: EXIF orientation applied, pixels made square, samples of other ranges scaled, 16 bits
 * cut to 8, CMYK converted by its profile. RGB values are taken as they are, without colour management, as the reference
 * implementation takes them.
 * @param index of the picture in a TIFF, from 0
 */
export async function decodeImage(
  name: string,
  bytes: Uint8Array,
  index: number,
  transparency: Transparency,
): Promise<DecodedImage> {
  const input = { limitInputPixels: false, failOn: "error", page: index, pages: 1 } as const;
  const meta = await attempt(name, bytes, sharp(bytes, input).metadata());
  checkSize(name, meta.width, meta.height, ADVICE);
  const shape = pixelShape(bytes, index, meta);
  if (shape) checkSize(name, shape.width, shape.height, ADVICE);
  const scaled = await attempt(name, bytes, scaledSamples(name, bytes, input, meta));
  let image = scaled?.image ?? sharp(bytes, { ...input, ignoreIcc: meta.space !== "cmyk" }).rotate();
  if (shape) image = image.resize({ width: shape.width, height: shape.height, fit: "fill" });
  image = transparency === "strip" ? image.removeAlpha() : image.flatten({ background: "#fff" });
  const { data, info } = await attempt(name, bytes, rgb(image));
  const pixels =
    info.channels === 1 ? grayToRgb(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
  const notes = [shape?.note, scaled?.note, meta.hasAlpha && transparency === "strip" && "alpha dropped"];
  return {
    pixels,
    width: info.width,
    height: info.height,
    renderer: [renderer, ...notes.filter(Boolean)].join(", "),
    warnings: scaled?.warnings ?? [],
  };
}

function rgb(image: Sharp) {
  return image.toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
}

/** What decoders say of a picture that is whole but coded in a way that they do not know. */
const UNKNOWN_CODING =
  /not (?:configured|implemented|supported)|unsupported|doesn't support|decoder only supports|out of range|whole number of bytes/i;

async function attempt<T>(name: string, bytes: Uint8Array, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PageError) throw error;
    const reason = (error as Error).message.split("\n")[0];
    const compression = compressionName(bytes);
    throw new PageError(
      UNKNOWN_CODING.test(reason) || compression
        ? `invalid image ${name}: coded in a way that cannot be read here (${compression ?? reason}); save it as PNG or as a TIFF with LZW compression`
        : `invalid image ${name}: damaged or cut off (${reason}), expected a complete file; copy it again`,
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
