/**
 * Size of an encoded picture, read from its header without decoding it; null for other data.
 * Formats: PNG (ISO 15948, IHDR), JPEG (ITU T.81, SOF markers), WebP (RFC 9649).
 */
export function pictureSize(data: Uint8Array): Size {
  return png(data) ?? jpeg(data) ?? webp(data);
}

type Size = { width: number; height: number } | null;

function ascii(data: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...data.subarray(at, at + length));
}

function png(data: Uint8Array): Size {
  if (data.length < 24 || ascii(data, 1, 3) !== "PNG" || ascii(data, 12, 4) !== "IHDR") return null;
  const view = new DataView(data.buffer, data.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function jpeg(data: Uint8Array): Size {
  if (data.length < 4 || data[0] !== 0xff || data[1] !== 0xd8) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 2; at + 9 <= data.length && data[at] === 0xff; ) {
    const marker = data[at + 1];
    const startOfFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (startOfFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

function webp(data: Uint8Array): Size {
  if (data.length < 30 || ascii(data, 0, 4) !== "RIFF" || ascii(data, 8, 4) !== "WEBP") return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (ascii(data, 12, 4)) {
    case "VP8 ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return {
        width: 1 + (view.getUint32(24, true) & 0xffffff),
        height: 1 + ((view.getUint32(26, true) >> 8) & 0xffffff),
      };
    default:
      return null;
  }
}
