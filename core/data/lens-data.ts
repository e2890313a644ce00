import { bytes, integer, invalid, list, oneOf, record, refusal, text } from "./check.js";
import { decodeExplanation } from "./lens-explanation.js";
import { LENS_LIMITS } from "./lens-limits.js";
import { type LensData, type LensPage, PICTURE_MIMES } from "./lens-state.js";
import { pictureSize } from "./picture.js";
import { sharedReference } from "./shared-name.js";

/**
 * Reads lens data from a widget's trait, a saved notebook or an exported page and checks all of it: counts,
 * shapes, sizes, ranges, finiteness, and that the score adds up. Binary leaves may be any view or ArrayBuffer
 * (little-endian float32 for cosines). Strings are kept as they are: data, never markup. Only full paths and addresses of earlier versions are shortened.
 * @throws RangeError naming what is wrong (`invalid explanations[0].maps: 96 bytes, expected 24 cosines …`)
 */
export function decodeLensData(raw: unknown): LensData {
  const given = record(raw, "lens data");
  const pages = list(given.pages, "pages", [1, LENS_LIMITS.pages], page);
  let left = LENS_LIMITS.cosines;
  const explanations = list(given.explanations, "explanations", [1, LENS_LIMITS.explanations], (v, name) => {
    const decoded = decodeExplanation(v, name, pages.length, left);
    left -= decoded.maps.data.length;
    return decoded;
  });
  return { pages, explanations };
}

/** The same tree with `DataView` leaves that own their bytes: what a widget trait or a comm message carries. */
export function encodeLensData(data: unknown): unknown {
  return owned(data);
}

function owned(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  if (Array.isArray(value)) return value.map(owned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, owned(v)]));
}

function page(raw: unknown, name: string): LensPage {
  const given = record(raw, name);
  const of = integer(given.of, `${name}.of`, 1, 1_000_000);
  const picture = record(given.picture, `${name}.picture`);
  const data = bytes(picture.data, `${name}.picture.data`);
  if (data.length === 0 || data.length > LENS_LIMITS.pictureBytes)
    throw invalid(`${name}.picture.data`, data, `1 to ${LENS_LIMITS.pictureBytes} bytes`);
  const size = pictureSize(data, `${name}.picture.data`);
  if (size.width * size.height > LENS_LIMITS.picturePixels || size.width * size.height === 0)
    throw refusal(
      `${name}.picture.data`,
      `${size.width} x ${size.height} pixels`,
      `at most ${LENS_LIMITS.picturePixels} pixels`,
    );
  return {
    name: sharedReference(text(given.name, `${name}.name`)),
    number: integer(given.number, `${name}.number`, 1, of),
    of,
    width: integer(given.width, `${name}.width`, 1, 100_000),
    height: integer(given.height, `${name}.height`, 1, 100_000),
    sha256: text(given.sha256, `${name}.sha256`, 64),
    picture: { mime: oneOf(picture.mime, `${name}.picture.mime`, PICTURE_MIMES), data },
  };
}
