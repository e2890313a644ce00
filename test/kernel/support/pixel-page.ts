import { createHash } from "node:crypto";
import type { Page } from "../../../core/index.js";

export const sha256 = (data: Uint8Array | Float32Array): string =>
  createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");

/** A page that is rendered already. */
export function pixelPage(
  pixels: Uint8Array,
  width: number,
  height: number,
  file: string,
  digest = sha256(pixels),
): Page {
  return {
    kind: "page",
    width,
    height,
    source: { file, number: 1, of: 1, dpi: null, renderer: "test" },
    sha256: digest,
    warnings: [],
    pixels: async () => pixels,
    digest: async () => digest,
    words: async () => [],
  };
}
