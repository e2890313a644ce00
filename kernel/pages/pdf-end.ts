/**
 * Whether the end of a PDF is there. PDFium repairs what it can and drops the rest silently, so a cut-off file would lose
 * pages without a word. What follows the end, and an end that is damaged, are the reader's business.
 */
export function hasEnd(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.max(...["%%EOF", "startxref", "trailer"].map((mark) => file.lastIndexOf(mark)));
  if (end < 0) return false;
  // An end that objects follow is that of an earlier revision, or of the first page of a linearised file.
  return !/\b(?:endobj|endstream)\b|\b\d+\s+\d+\s+obj\b/.test(file.toString("latin1", end));
}
