import sharp from "sharp";
import {
  LENS_LIMITS,
  type LensPage,
  type LensPicture,
  type Page,
  type PageWord,
  paperOf,
  sharedName,
} from "../../core/index.js";
import type { StopOptions } from "../hub/load-model.js";

/** Longest side of the picture that goes to the browser; coordinates stay those of the page. */
const LONGEST = 2400;

/**
 * A page as the lens shows it.
 * @param picture where it is there already, as another page with the same pixels has it
 * @param words where they are there already
 */
export async function lensPage(
  page: Page,
  options: StopOptions & Partial<Pick<LensPage, "picture" | "words">> = {},
): Promise<LensPage> {
  // Pictures are compressed outside of this thread, which reads the words meanwhile.
  const [picture, words] = await Promise.all([
    options.picture ?? pagePicture(page, options),
    options.words ?? pageWords(page, options),
  ]);
  const sha256 = await page.digest(options);
  const { source, width, height } = page;
  return {
    name: sharedName(source.file),
    number: source.number,
    of: source.of,
    width,
    height,
    sha256,
    dpi: source.dpi,
    renderer: source.renderer,
    picture,
    ...(words && { words }),
  };
}

const prepared = new WeakMap<Page, Promise<LensPage>>();

/** Makes a page ready to be shown while others are still being embedded. */
export function prepareLensPage(page: Page): void {
  if (prepared.has(page)) return;
  const preparing = lensPage(page);
  // Whoever shows it tries again, and is told.
  preparing.catch(() => prepared.delete(page));
  prepared.set(page, preparing);
}

/** A page that was made ready, or is being. */
export function preparedLensPage(page: Page): Promise<LensPage> | undefined {
  return prepared.get(page);
}

/** What is printed on a page, to a tenth of a pixel. A text layer that is broken costs the names of places, not the lens. */
async function pageWords(page: Page, { signal }: StopOptions): Promise<readonly PageWord[] | undefined> {
  const { file, number } = page.source;
  const name = `page ${number} of ${sharedName(file)}`;
  try {
    const words = (await page.words({ signal })).filter(({ rect }) =>
      Object.values(rect).every(Number.isFinite),
    );
    if (words.length > LENS_LIMITS.words)
      console.warn(
        `There are ${words.length} words on ${name}: only the first ${LENS_LIMITS.words} name the places of its lens.`,
      );
    return words.slice(0, LENS_LIMITS.words).map(({ text, rect, ...word }) => ({
      ...word,
      text: text.slice(0, LENS_LIMITS.wordLength),
      rect: { x: tenths(rect.x), y: tenths(rect.y), width: tenths(rect.width), height: tenths(rect.height) },
    }));
  } catch (error) {
    signal?.throwIfAborted();
    console.warn(
      `The text of ${name} cannot be read (${(error as Error).message}): its places have no names.`,
    );
  }
}

function tenths(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/**
 * A page's picture, in WebP: print without loss, which for rendered pages is smaller as well; scans and photographs with the
 * little loss that keeps print sharp.
 */
async function pagePicture(page: Page, options: StopOptions): Promise<LensPicture> {
  const { width, height } = page;
  const pixels = await page.pixels(options);
  const flat = isFlat(pixels);
  const data = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: LONGEST, height: LONGEST, fit: "inside", withoutEnlargement: true })
    .webp(flat ? { lossless: true, effort: 1 } : { quality: 80, effort: 2 })
    .toBuffer();
  return { mime: "image/webp", data: new Uint8Array(data), paper: paperOf({ width, height, pixels }) };
}

/** True where most pixels are as the one before them: a drawn page, not a scan. Looks at about 20,000 places. */
function isFlat(pixels: Uint8Array | Uint8ClampedArray): boolean {
  const count = pixels.length / 3;
  const step = Math.max(1, Math.floor(count / 20_000)) | 1;
  let [same, seen] = [0, 0];
  for (let i = 1; i < count; i += step, seen++)
    if ([0, 1, 2].every((k) => pixels[3 * i + k] === pixels[3 * i - 3 + k])) same++;
  return same > 0.7 * seen;
}
