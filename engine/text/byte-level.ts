/** Byte-level BPE writes each byte as a printable character (GPT-2's `bytes_to_unicode`); this reads it back. */
const bytes = new Map<string, number>();
let next = 256;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  bytes.set(String.fromCodePoint(printable ? byte : next++), byte);
}

/** @returns the bytes that a byte-level token stands for, possibly part of a character */
export function byteLevelDecoder(token: string): Uint8Array {
  return Uint8Array.from([...token].map((character) => bytes.get(character) ?? 63));
}
