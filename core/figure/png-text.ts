/**
 * Text beside a PNG's pixels, and its resolution: iTXt and pHYs chunks (ISO 15948, 11.3.4 and 11.3.5). Image programs show
 * the registered keywords (Title, Description, Comment, Software); none of them changes the pixels.
 * @param png a complete PNG; a pHYs chunk that it has is replaced
 * @param texts by keyword: 1 to 79 Latin letters
 * @param dpi pixels per inch
 * @throws RangeError for what is not a PNG
 */
export function withPngText(png: Uint8Array, texts: Record<string, string>, dpi: number): Uint8Array {
  if (SIGNATURE.some((byte, i) => png[i] !== byte))
    throw new RangeError(`invalid picture: ${png.length} bytes, expected a PNG`);
  const own = [
    physical(dpi),
    ...Object.entries(texts).map(([keyword, text]) => international(keyword, text)),
  ];
  const out: Uint8Array[] = [png.subarray(0, SIGNATURE.length)];
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type !== "pHYs") out.push(png.subarray(at, end));
    // Before the pixels, so that a reader has it without reading them.
    if (type === "IHDR") out.push(...own);
    at = end;
  }
  return joined(out);
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const METRES_PER_INCH = 0.0254;

function physical(dpi: number): Uint8Array {
  const data = new Uint8Array(9);
  const view = new DataView(data.buffer);
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  view.setUint32(0, perMetre);
  view.setUint32(4, perMetre);
  data[8] = 1;
  return chunk("pHYs", data);
}

/** Not compressed, no language, no translated keyword. */
function international(keyword: string, text: string): Uint8Array {
  return chunk("iTXt", joined([latin(keyword), new Uint8Array(5), utf8(text)]));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([latin(type), data]);
  const out = new Uint8Array(body.length + 8);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(body, 4);
  view.setUint32(body.length + 4, crc(body));
  return out;
}

/** CRC-32 as PNG uses it (ISO 15948, annex D). */
function crc(data: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of data) {
    sum ^= byte;
    for (let k = 0; k < 8; k++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Core knows neither the DOM nor Node, so it has no TextEncoder. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return Uint8Array.from(bytes);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
