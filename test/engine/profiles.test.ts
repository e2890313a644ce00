/**
 * Prompt profiles with the vocabularies of real checkpoints.
 * @jest-environment <rootDir>/test/kernel/support/realm.cjs
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { paligemma } from "../../engine/families/paligemma.js";
import { qwen2 } from "../../engine/families/qwen.js";
import type { ModelConfigs } from "../../engine/model-configs.js";
import { tokenizeQuery } from "../../engine/text/query.js";
import { type ModelTokenizer, openTokenizer } from "../../engine/text/tokenizer.js";
import { packageRoot } from "../../kernel/package.js";

type Runs = [id: number, count: number][];
interface Reference {
  queries: string[];
  families: Record<string, Record<string, { page: Runs; queries: Runs[] }>>;
}

const reference: Reference = JSON.parse(readFileSync(join(__dirname, "../fixtures/tokenizers.json"), "utf8"));
const ids = (runs: Runs): number[] => runs.flatMap(([id, count]) => Array<number>(count).fill(id));
const vocabulary = (name: string) =>
  JSON.parse(readFileSync(join(packageRoot, "node_modules/@lenml", name, "models/tokenizer.json"), "utf8"));

/** PaliGemma's tokens for places and segments, and the image, behind Gemma's. */
function withPaliGemmaTokens(file: { added_tokens: object[] }) {
  const names = [
    ...Array.from({ length: 1024 }, (_, i) => `<loc${String(i).padStart(4, "0")}>`),
    ...Array.from({ length: 128 }, (_, i) => `<seg${String(i).padStart(3, "0")}>`),
    "<image>",
  ];
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const added = names.map((content, i) => ({
    id: 256000 + i,
    content,
    ...flags,
    normalized: content !== "<image>",
    special: content === "<image>",
  }));
  return { ...file, added_tokens: [...file.added_tokens, ...added] };
}

const configs = (model_type: string): ModelConfigs => ({ model: { model_type }, image: {}, processor: {} });
const CASES = [
  {
    family: paligemma,
    types: ["paligemma", "colpali"],
    open: () => withPaliGemmaTokens(vocabulary("tokenizer-gemma")),
  },
  { family: qwen2, types: ["qwen2_vl", "colqwen2"], open: () => vocabulary("tokenizer-qwen2_5") },
];

describe.each(CASES)("$family.name", ({ family, types, open }) => {
  const known = reference.families[family.name];
  const profiles = family.profiles(configs(types[0]));
  let tokenizer: ModelTokenizer;
  beforeAll(() => {
    tokenizer = openTokenizer(family.name, open(), {});
  }, 60_000);

  test("the engine's checkpoints run as the engine does today, transformers' own as transformers does", () => {
    expect(profiles[0].name).toBe("engine-0.3.13");
    expect(family.profiles(configs(types[1]))[0].name).toBe("transformers");
    expect(profiles.map((p) => p.name).sort()).toEqual(Object.keys(known).sort());
  });

  test.each(Object.keys(known))("%s gives the ids that the reference's tokenizer gives", (name) => {
    const profile = profiles.find((p) => p.name === name)!;
    for (const [i, text] of reference.queries.entries()) {
      const query = tokenizeQuery(text, tokenizer, profile, family.imageToken);
      expect(query.tokens.map((t) => t.id)).toEqual(ids(known[name].queries[i]));
      expect(query.words.map((w) => w.text.replace(/\s/g, "")).join("")).toBe(text.replace(/\s/g, ""));
    }
    const page = known[name].page;
    const count = page.reduce((most, [, n]) => Math.max(most, n), 0);
    const prompt = profile.page!.replace("{image}", family.imageToken!.repeat(count));
    expect(tokenizer.encode(prompt, profile.template).ids).toEqual(ids(page));
  });

  test("punctuation is a word of its own, what belongs to a number is not", () => {
    const { words } = tokenizeQuery('"up" (12.5%), $4.50...', tokenizer, profiles[0], family.imageToken);
    expect(words.map((w) => w.text).join(" ")).toMatch(/^" ?up ?" \( ?12\.5% ?\) ?, \$4\.50 \.\.\.$/);
  });

  test("kinds tell the words from what the profile put around them", () => {
    for (const profile of profiles) {
      const { tokens } = tokenizeQuery("hello world", tokenizer, profile, family.imageToken);
      const kinds = (kind: string) =>
        tokens.filter((t) => t.kind === kind).map((t) => t.text.replace(/^[▁Ġ]/, ""));
      expect(kinds("word").join("")).toMatch(/^hello ?world$/);
      const prefix = profile.query.prefix.replace("<bos>", "").trim();
      expect(kinds("prefix").join("")).toBe(prefix);
      // A vocabulary without the token takes its characters, as Qwen's did with "<pad>" in the engine's first versions.
      expect(kinds("augmentation").join("")).toBe(
        profile.query.augmentation.repeat(profile.query.augmentations),
      );
      expect(tokens.every((t) => (t.word === null) === (t.kind !== "word"))).toBe(true);
    }
  });
});
