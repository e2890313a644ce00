import type { ModelInfo } from "../hub/load-model.js";
import { gibibytes } from "../hub/memory-need.js";
import { openModel } from "./inputs.js";
import { type Command, MODEL_OPTIONS, MODEL_USAGE, readArguments } from "./options.js";

export const inspect: Command = {
  summary: "what a model is: family, graphs, prompt profile, processor, weights",
  usage: `colpali-lens inspect MODEL [options]

  MODEL             "mini", "mini-context", a folder, or "owner/name" on a model hub
${MODEL_USAGE.split("\n").slice(1).join("\n")}
  --query TEXT      show the ids and strings of this query as the model sees it
  --json            print everything as JSON`,
  async run(argv, signal) {
    const { model: _, ...options } = MODEL_OPTIONS;
    const { values, positionals } = readArguments(
      argv,
      { ...options, query: { type: "string" }, json: { type: "boolean", default: false } },
      ["MODEL"],
    );
    const model = await openModel({ ...values, model: positionals[0] }, { quiet: false, signal });
    const { info } = model;
    const query = values.query === undefined ? null : model.tokenize(values.query);
    await model.dispose();
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ ...info, ...(query && { query }) }, null, 2)}\n`);
      return 0;
    }
    const rows: [string, string][] = [
      ["model", info.id],
      ["folder", info.path],
      ["family", `${info.family} (${info.title})`],
      ["vectors", `${info.dim} dimensions, weights in ${info.dtype}`],
      [
        "page",
        `${info.processor.width} x ${info.processor.height} pixels, ${info.processor.resample}, as ${info.processor.backend} does`,
      ],
      ["profile", `${info.profile.name} (of ${info.profiles.map((p) => p.name).join(", ")})`],
      ["provider", info.provider],
      ["memory", memory(info.memory)],
      ...(info.variants.length > 0 ? [["variants", info.variants.join(", ")] as [string, string]] : []),
      ["colours", `cosines from ${info.domain[0]} to ${info.domain[1]}, ${info.domainFrom}`],
      [
        "image token",
        info.imageToken ? `${JSON.stringify(info.imageToken.text)} (id ${info.imageToken.id})` : "none",
      ],
      ...info.graphs.map((g): [string, string] => [
        "graph",
        `${g.file}, opset ${g.opset}: ${g.inputs.map((v) => v.name).join(", ")} -> ${g.outputs.map((v) => v.name).join(", ")}`,
      ]),
      ...Object.entries(info.weights).map(([file, sha]): [string, string] => [
        "weights",
        `${file} sha256 ${sha}`,
      ]),
      ...(query?.tokens ?? []).map((t): [string, string] => [
        `token ${t.index}`,
        `${t.id}  ${JSON.stringify(t.text)}  ${t.kind}`,
      ]),
    ];
    for (const [name, value] of rows) process.stdout.write(`${name.padEnd(12)} ${value}\n`);
    return 0;
  },
};

/** What it takes on a processor, beside what was free before it was opened. */
function memory({ weights, page, free, of }: ModelInfo["memory"]): string {
  const paged = page > 0 ? ` and ${gibibytes(page)} for a page of A4 size` : "";
  return `${gibibytes(weights)} for weights${paged} on a processor; ${gibibytes(free)} free within ${of}`;
}
