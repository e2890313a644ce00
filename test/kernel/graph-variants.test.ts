/** Which graph of a folder or repository is loaded, and the exports that README names: their files and what they are fed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { familyOf } from "../../engine/families/families.js";
import type { ImageConfig, ModelConfig, ProcessorConfig } from "../../engine/model-configs.js";
import { chooseGraphs } from "../../kernel/hub/variants.js";
import { packageRoot } from "../../kernel/package.js";

interface Export {
  files: string[];
  configs: Record<string, object>;
  /** Files with their bytes at a revision. */
  pinned?: { revision: string; bytes: Record<string, number> };
  inputs: Record<string, [type: string, shape: (number | string)[]]>;
  family: string;
  page: string;
  query: string | null;
  variants: string[];
}

const EXPORTS: Record<string, Export> = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/hub/exports.json"), "utf8"),
);

describe.each(Object.entries(EXPORTS))("%s", (name, { files, configs, inputs, pinned, ...expected }) => {
  const read = { image: {} as ImageConfig, model: {} as ModelConfig, processor: {} as ProcessorConfig };
  Object.assign(read.model, configs["config.json"]);
  Object.assign(read.image, configs["preprocessor_config.json"]);
  Object.assign(read.processor, configs["processor_config.json"]);

  test("its graphs are found, and README names it", () => {
    const { page, query, variants } = chooseGraphs(files, undefined, name)!;
    expect({ page, query, variants }).toEqual({
      page: expected.page,
      query: expected.query,
      variants: expected.variants,
    });
    expect(files).toContain("tokenizer.json");
    const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row).toBeDefined();
    if (!pinned) return;
    expect(files).toEqual(expect.arrayContaining(Object.keys(pinned.bytes)));
    // README's size is that of the graph, to a hundredth of a gigabyte or a tenth.
    const [, size, places] = /\| (\d\.(\d+)) GB \|/.exec(row!)!;
    expect((pinned.bytes[page] / 1e9).toFixed(places.length)).toBe(size);
  });

  test("its family is known, and an A4 page fills all inputs with what they take", () => {
    const family = familyOf(read, name);
    expect(family.name).toBe(expected.family);
    const processor = family.processor(read, "torch", "<image>");
    const layout = processor.layout(1654, 2339);
    const feeds = processor.feeds(
      { pixels: new Uint8Array(1654 * 2339 * 3), width: 1654, height: 2339 },
      layout,
    );
    for (const [input, [type, shape]] of Object.entries(inputs)) {
      if (input === "input_ids" || input === "attention_mask") continue;
      expect(feeds[input].type).toBe(type);
      expect(feeds[input].shape.map((n, i) => (typeof shape[i] === "number" ? n : shape[i]))).toEqual(shape);
    }
  });
});

describe("variants", () => {
  const files = [
    "config.json",
    "onnx/model.onnx",
    "onnx/model_fp16.onnx",
    "onnx/model_q4.onnx",
    "onnx/text_model.onnx",
    "onnx/text_model_q4.onnx",
    "onnx/tokenizer_model.onnx",
  ];

  test("the plain one is chosen, and a variant where it is asked for, with its own query graph where there is one", () => {
    const variants = ["fp16", "q4"];
    const of = (wanted?: string) => chooseGraphs(files, wanted, "team/model");
    expect(of()).toEqual({ page: "onnx/model.onnx", query: "onnx/text_model.onnx", variants, unused: [] });
    expect(of("q4")).toMatchObject({ page: "onnx/model_q4.onnx", query: "onnx/text_model_q4.onnx" });
    expect(of("fp16")).toMatchObject({ page: "onnx/model_fp16.onnx", query: "onnx/text_model.onnx" });
  });

  test("names that contain others are told apart", () => {
    const names = ["vision.onnx", "vision_model.onnx", "vision_model_int8.onnx", "vision_q4.onnx"];
    expect(chooseGraphs(names, undefined, "m")).toEqual({
      page: "vision.onnx",
      query: null,
      variants: ["int8", "q4"],
      unused: ["vision_model.onnx"],
    });
    expect(chooseGraphs(names, "int8", "m")?.page).toBe("vision_model_int8.onnx");
  });

  test("one that is not there, and none but variants: those there are, and what to write", () => {
    expect(() => chooseGraphs(files, "q8", "team/model")).toThrow(
      "invalid graph: q8, expected one of fp16, q4 for team/model; did you mean q4?",
    );
    expect(() => chooseGraphs(["model.onnx"], "q4", "team/model")).toThrow(
      "invalid graph: q4, expected none: there are no variants for team/model",
    );
    expect(() => chooseGraphs(["onnx/model_fp16.onnx", "model_q4.onnx"], undefined, "team/model")).toThrow(
      'team/model has no graph of the plain name, only variants: choose one with { graph: "fp16" }, { graph: "q4" }',
    );
    expect(chooseGraphs(["tokenizer.json"], undefined, "team/model")).toBeNull();
  });
});
