/**
 * Whether the end of a picture is missing, as far as that shows without decoding it. Where this does not see it, the decoder
 * will say so.
 */
export function lacksEnd(format: string | undefined, bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === "png") return !file.includes("IEND");
  if (format === "webp") return file.length < 12 || file.readUInt32LE(4) + 8 > file.length;
  if (format !== "jpeg") return false;
  // A small picture of the page may stand before it, with an end of its own: then nothing is missed here.
  const [START_OF_SCAN, END] = [Buffer.of(0xff, 0xda), Buffer.of(0xff, 0xd9)];
  return file.indexOf(END, Math.max(0, file.indexOf(START_OF_SCAN))) < 0;
}
