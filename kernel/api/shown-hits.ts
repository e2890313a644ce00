import sharp from "sharp";
import { type LensPage, printable, type Quantity, type Rect, reading } from "../../core/index.js";
import { smallPicture, type Thumbnail, thumbnailBundle } from "../figures/index.js";
import { DISPLAY, type MimeBundle } from "../jupyter/mime.js";

/** Places that are shown; the table lists all. */
const PICTURES = 6;
/** What is shown round a place, in parts of its height. */
const MARGIN = 0.8;

interface Place {
  name: string;
  value: number;
  /** In parts of the page. */
  part: Rect;
}

/** Places that a cell shows as cut out of the page, over the lines that they print as. */
export function shownPlaces<T extends Place>(
  places: T[],
  page: LensPage,
  of: Quantity,
  text: () => string,
): T[] {
  const show = async (): Promise<MimeBundle> => {
    if (places.length === 0) return { "text/plain": text() };
    const image = sharp(page.picture.data).removeAlpha().toColourspace("srgb").raw();
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    const shown: Thumbnail[] = [];
    for (const { part, name, value } of places.slice(0, PICTURES)) {
      const margin = MARGIN * part.height * info.height;
      const picture = await smallPicture(new Uint8Array(data), info, {
        x: part.x * info.width - margin,
        y: part.y * info.height - margin,
        width: part.width * info.width + 2 * margin,
        height: part.height * info.height + 2 * margin,
      });
      shown.push({ picture, text: `${printable(name, 40)} ${reading(value, of)}` });
    }
    return thumbnailBundle(shown, text());
  };
  return Object.defineProperty(places, DISPLAY, { value: show });
}
