import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { Page } from "../../../core/index.js";
import { pixelPage } from "./pixel-page.js";

/** Where golden data lie: the set that is kept here, or another one that the generator made. */
export const goldenRoot = process.env.GOLDEN ?? join(__dirname, "../../fixtures/golden");

export const goldenFamilies = readdirSync(goldenRoot).filter((f) =>
  existsSync(join(goldenRoot, f, "golden.json")),
);

/** `golden.json`; see test/fixtures/README.md. */
export interface Golden {
  family: string;
  images: {
    file: string;
    size_wh: [number, number];
    rgb_sha256: string;
    input_ids_rle: [number, number][];
    pixel_values: { shape: number[]; sha256_f32: string; pil_sha256_f32: string | null };
    image_token_id: number;
    local_image_mask: [number, number][];
    n_patches: [number, number];
    embedding_rows: number[];
    embedding_values: number[][];
  }[];
  queries: {
    text: string;
    input_ids: number[];
    tokens: string[];
    embedding_values: [number[], number[]];
  }[];
  scores: number[][];
  /** The engine's own, in float32. */
  scores_f32: number[][];
  /** How far the reference's float32 run is from its float64 run, which all other numbers here are from. */
  float32: { embeddings: number; maps: number; scores: number };
  pairs: {
    query: number;
    image: number;
    token_max: number[];
    /** For each token the patches that float32 cannot tell from the best one. */
    token_best_xy: [number, number][][];
  }[];
}

export const readGolden = (family: string): Golden =>
  JSON.parse(readFileSync(join(goldenRoot, family, "golden.json"), "utf8"));

/** Decodes as the reference does, which drops alpha instead of laying it on white. */
export async function goldenPage(file: string): Promise<Page> {
  const { data, info } = await sharp(join(goldenRoot, file))
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels =
    info.channels === 3
      ? new Uint8Array(data)
      : Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]);
  return pixelPage(pixels, info.width, info.height, file);
}
