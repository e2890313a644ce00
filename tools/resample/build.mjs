/**
 * Builds engine/processing/resample-wasm.ts from resample.as.ts.
 *
 *     npm install --no-save assemblyscript@0.28.20 && node tools/resample/build.mjs
 *
 * The compiler is no dependency of the project: the result is 2 kB and changes seldom. A unit test holds it against plain loops.
 */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const here = dirname(fileURLToPath(import.meta.url));
let wasm;
const { error, stderr } = await asc.main(
  [
    "resample.as.ts",
    "--outFile",
    "resample.wasm",
    "--baseDir",
    here,
    "-O3",
    "--converge",
    "--noAssert",
    "--enable",
    "simd",
    "--runtime",
    "stub",
    "--importMemory",
  ],
  {
    writeFile: (name, data) => {
      if (name.endsWith(".wasm")) wasm = data;
    },
  },
);
if (error) throw new Error(`${error.message}\n${stderr}`);
const base64 = Buffer.from(wasm).toString("base64");
const lines = base64.match(/.{1,100}/g).map((line) => `  "${line}"`);
writeFileSync(
  join(here, "../../engine/processing/resample-wasm.ts"),
  `/** Made by tools/resample/build.mjs from resample.as.ts; do not edit. Base64 of a WebAssembly module. */
export const RESAMPLE_WASM: string = [
${lines.join(",\n")},
].join("");
`,
);
