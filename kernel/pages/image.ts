import sharp, { type Sharp } from "sharp";
import { PageError } from "./error.js";
import { lacksEnd } from "./image-end.js";
import { checkSize, type Renderable, type Rendering } from "./page.js";
import { pixelShape } from "./pixel-shape.js";
import type { DocumentBytes } from "./read-document.js";
import { scaledSamples } from "./samples.js";
import { compressionName } from "./tiff-tags.js";

/** What becomes of transparent parts: laid on white paper, or alpha dropped as the reference implementation drops it. */
export type Transparency = "white" | "strip";

export interface ImageOptions {
  transparency: Transparency;
  choose: (count: number) => number[];
}

const renderer = `libvips ${sharp.versions.vips} (sharp ${sharp.versions.sharp})`;
const ADVICE = "make it smaller first (an A4 page at 150 dpi has 1240 x 1754)";

/** Pages of a PNG, JPEG, WebP or TIFF; only a TIFF has several. */
export async function* imagePages(
  bytes: Uint8Array,
  document: DocumentBytes,
  { choose, transparency }: ImageOptions,
): AsyncGenerator<Renderable> {
  const file = document.name;
  const whole = sharp(bytes, { limitInputPixels: false }).metadata();
  const { format, pages = 1 } = await attempt(file, bytes, whole);
  if (lacksEnd(format, bytes)) throw damaged(file, "no end mark");
  const of = format === "tiff" ? pages : 1;
  for (const number of choose(of)) {
    const name = of > 1 ? `${file}#${number}` : file;
    const { width, height } = await look(name, bytes, number - 1);
    // A TIFF's first pixel tells whether its coding can be read.
    if (format === "tiff") await attempt(name, bytes, firstPixel(bytes, number - 1));
    const source = { file, number, of, dpi: null, renderer };
    yield { width, height, source, render: decoder(name, document, number - 1, transparency) };
  }
}

function firstPixel(bytes: Uint8Array, index: number): Promise<Buffer> {
  return sharp(bytes, inputOf(index)).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer();
}

/** Apart from what looks at the bytes, so that it does not keep them. */
function decoder(
  name: string,
  document: DocumentBytes,
  index: number,
  transparency: Transparency,
): Renderable["render"] {
  return async (signal) => decodeImage(name, await document.read(signal), index, transparency);
}

const inputOf = (index: number) =>
  ({ limitInputPixels: false, failOn: "error", page: index, pages: 1 }) as const;

/** What the head of a picture says. Its size is that after the turn that EXIF asks for, in square pixels. */
async function look(name: string, bytes: Uint8Array, index: number) {
  const meta = await attempt(name, bytes, sharp(bytes, inputOf(index)).metadata());
  checkSize(name, meta.width, meta.height, ADVICE);
  const shape = pixelShape(bytes, index, meta);
  if (shape) checkSize(name, shape.width, shape.height, ADVICE);
  const isTurned = (meta.orientation ?? 1) >= 5;
  const [width, height] = isTurned ? [meta.height, meta.width] : [meta.width, meta.height];
  return { meta, shape, width: shape?.width ?? width, height: shape?.height ?? height };
}

/**
 * Decodes one picture into RGB bytes: EXIF orientation applied, pixels made square, samples of other ranges scaled, 16 bits
 * cut to 8, CMYK converted by its profile. RGB values are taken as they are, without colour management, as the reference
 * implementation takes them.
 * @param index of the picture in a TIFF, from 0
 */
async function decodeImage(
  name: string,
  bytes: Uint8Array,
  index: number,
  transparency: Transparency,
): Promise<Rendering> {
  const { meta, shape } = await look(name, bytes, index);
  const input = inputOf(index);
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
    if (!UNKNOWN_CODING.test(reason) && !compression) throw damaged(name, reason, error);
    throw new PageError(
      `invalid image ${name}: coded in a way that cannot be read here (${compression ?? reason}); save it as PNG or as a TIFF with LZW compression`,
      { cause: error },
    );
  }
}

function damaged(name: string, reason: string, cause?: unknown): PageError {
  return new PageError(
    `invalid image ${name}: damaged or cut off (${reason}), expected a complete file; copy it again`,
    { cause },
  );
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
