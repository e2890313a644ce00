import { extname } from "node:path";
import { evaluate as run } from "../evaluation/run-evaluation.js";
import { openModel } from "./inputs.js";
import {
  type Command,
  DOCUMENT_OPTIONS,
  MODEL_OPTIONS,
  MODEL_USAGE,
  number,
  PAGE_USAGE,
  readArguments,
  UsageError,
} from "./options.js";
import { print, progress, say } from "./terminal.js";

export const evaluate: Command = {
  summary: "how well a model points at what is asked, with chance and intervals",
  usage: `colpali-lens evaluate SOURCE… [options]

SOURCE is a PDF with a text layer, or several, or a folder of them: their own printed words are the queries, and the places
where they are printed the boxes. Or boxes of your own: a .jsonl file with lines
{"document": "report.pdf", "page": 3, "query": "peak load", "boxes": [[left, top, right, bottom]]} in pixels of the page at --dpi
(or of "size": [width, height], or in shares of the page), COCO's .json, or a folder in ViDoRe V3's layout with corpus.jsonl,
queries.jsonl and qrels.jsonl. Prints the figures; what cannot be evaluated is said, and the rest goes on.

  --per-page N      printed words asked of a page, default 40
  --seed N          draws them, default 5
  --tolerance N     patches that count as near, default 1
  --chance          also measure whether chance is what it says: words that are not there, and words that are
  --out FILE…       also write report.html (with pictures), figures.csv, everything.json
${MODEL_USAGE}
${PAGE_USAGE}`,
  async run(argv, signal) {
    const { values, positionals } = readArguments(argv, OPTIONS, ["SOURCE…"]);
    if (positionals.length === 0)
      throw new UsageError("missing SOURCE: give PDFs with text, boxes.jsonl, COCO's .json, or a folder");
    const wrong = values.out.find(
      (file) => ![".html", ".csv", ".json"].includes(extname(file).toLowerCase()),
    );
    if (wrong !== undefined)
      throw new UsageError(`invalid --out: ${wrong}, expected a name that ends in .html, .csv or .json`);
    const whole = (name: "per-page" | "seed" | "tolerance", least: number, most: number) => {
      const n = number(name, values[name], least, most);
      if (!Number.isInteger(n)) throw new UsageError(`invalid --${name}: ${n}, expected an integer`);
      return n;
    };
    const options = {
      perPage: whole("per-page", 1, 10_000),
      seed: whole("seed", 0, 2 ** 31),
      tolerance: whole("tolerance", 0, 100),
      dpi: number("dpi", values.dpi, 10, 1200),
      password: values.password,
      chance: values.chance,
      signal,
      onProgress: progress("evaluating", "pages", values.quiet),
    };
    const model = await openModel(values, { quiet: values.quiet, signal });
    try {
      const evaluation = await run(model, positionals, options);
      print(`${evaluation}\n`);
      for (const file of values.out) say(await evaluation.save(file));
      return 0;
    } finally {
      await model.dispose();
    }
  },
};

const { dpi, password, quiet } = DOCUMENT_OPTIONS;
const OPTIONS = {
  ...MODEL_OPTIONS,
  dpi,
  password,
  quiet,
  "per-page": { type: "string", default: "40" },
  seed: { type: "string", default: "5" },
  tolerance: { type: "string", default: "1" },
  chance: { type: "boolean", default: false },
  out: { type: "string", multiple: true, default: [] as string[] },
} as const;
