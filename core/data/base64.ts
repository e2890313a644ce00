const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(ALPHABET, (c, i) => [c.charCodeAt(0), i]));

/** RFC 4648, section 4. Neither the browser's nor Node's own way exists on both sides. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at], bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    const quad = ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
    const second = at + 1 < bytes.length ? ALPHABET[((b & 15) << 2) | (c >> 6)] : "=";
    const third = at + 2 < bytes.length ? ALPHABET[c & 63] : "=";
    parts.push(quad + second + third);
  }
  return parts.join("");
}

/** @throws RangeError on characters outside the alphabet or a wrong length */
export function fromBase64(text: string): Uint8Array {
  const body = text.replace(/={0,2}$/, "");
  if (text.length % 4 !== 0) throw new RangeError("invalid base64: wrong length, expected a multiple of 4");
  const out = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < body.length; i++) {
    const value = VALUES.get(body.charCodeAt(i));
    if (value === undefined) throw new RangeError(`invalid base64: a foreign character at ${i}`);
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  return out;
}
