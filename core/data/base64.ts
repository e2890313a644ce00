/** How many bytes become characters at a time: a call has a bounded number of arguments. */
const CHUNK = 0x2000;

/** RFC 4648, section 4. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK)
    // Spread would copy the bytes one by one: ten times as slow.
    parts.push(String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK) as unknown as number[]));
  return btoa(parts.join(""));
}

/** @throws RangeError on characters outside the alphabet or a wrong length */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new RangeError("invalid base64: wrong length, expected a multiple of 4");
  const foreign = text.replace(/={1,2}$/, "").search(/[^A-Za-z0-9+/]/);
  if (foreign >= 0) throw new RangeError(`invalid base64: a foreign character at ${foreign}`);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
