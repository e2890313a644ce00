import { controlQueries } from "../../engine/explain/baseline";
import { CONTROL_WORDS } from "../../engine/explain/control-words";
import { languageOfPage, languageOfQuery } from "../../engine/explain/likely-language";
import { controlsOf, wordKinds } from "../../engine/explain/matched-controls";
import { loadModel, type Model } from "../../kernel/hub/load-model";

let model: Model;
beforeAll(async () => {
  model = await loadModel("mini", { provider: "cpu", cacheDir: null });
});
afterAll(() => model.dispose());

const kindsOf = (query: string, page: string | null = null) => wordKinds(model, model.tokenize(query), page);

test("the vocabulary has thousands of words, each once, and nothing else", () => {
  for (const [language, text] of Object.entries(CONTROL_WORDS)) {
    const words = text.split(" ");
    expect(words.length).toBeGreaterThan(500);
    expect(new Set(words).size).toBe(words.length);
    expect([language, words.filter((word) => !/^[\p{L}\p{M}'’]+$/u.test(word))]).toEqual([language, []]);
  }
  expect(CONTROL_WORDS.en.split(" ").length).toBe(5000);
});

test("a word's controls are as long, in as many tokens, of its language", () => {
  const [kind] = kindsOf("battery");
  expect(kind).toMatchObject({ language: "en", letters: [7, 8], tokens: 1, form: "lower", shape: null });
  const words = controlsOf(model, kind).queries.flatMap((query) => query.split(" "));
  expect(new Set(words).size).toBe(300);
  const isLike = (word: string) => {
    const [own] = model.tokenize(word).words;
    return own.tokens.length === 1 && word.length >= 7 && word.length <= 8;
  };
  // All that are exactly like it come first; the next ones differ by a letter.
  const like = CONTROL_WORDS.en.split(" ").filter(isLike);
  expect(like.length).toBeGreaterThan(100);
  expect(words.slice(0, like.length).sort()).toEqual(like.sort());
  expect(words.slice(like.length).every((word) => word.length >= 6 && word.length <= 9)).toBe(true);
  expect(words.every((word) => ` ${CONTROL_WORDS.en} `.includes(` ${word} `))).toBe(true);
});

test("where a kind has few words, the nearest ones stand in", () => {
  const [kind] = kindsOf("incomprehensibilities");
  expect(kind.letters).toEqual([12, 30]);
  const words = controlsOf(model, kind).queries.flatMap((query) => query.split(" "));
  expect(words.length).toBe(300);
  const lengths = words.map((word) => word.length).sort((a, b) => a - b);
  expect(lengths[150]).toBeGreaterThanOrEqual(11);
});

test("the same kind has the same controls, whichever word asks for it", () => {
  const [battery] = kindsOf("battery");
  const [like] = controlsOf(model, battery).queries[0].split(" ");
  const [kind] = kindsOf(like);
  expect([like === "battery", kind.key]).toEqual([false, battery.key]);
  expect(controlsOf(model, kind).queries).toBe(controlsOf(model, battery).queries);
});

test("a number's or code's controls are written as it is", () => {
  const [number, code] = kindsOf("2024 ab12");
  expect([number.shape, code.shape]).toEqual(["9999", "aa99"]);
  const codes = controlsOf(model, number).queries.flatMap((query) => query.split(" "));
  expect(codes.length).toBe(300);
  expect(codes.filter((one) => !/^\d{4}$/.test(one))).toEqual([]);
});

test("mini sees no capitals: a capital makes no other kind", () => {
  const [a, b] = kindsOf("Battery battery");
  expect(a.key).toBe(b.key);
});

test("a query is of the page's language where it may be, else of the likeliest", () => {
  const german =
    "die verteilung der lasten ist von der größe des netzes abhängig und wird im winter am größten sein".repeat(
      2,
    );
  expect(languageOfPage(german)).toBe("de");
  expect(languageOfPage("kurz")).toBeNull();
  expect(
    languageOfPage(
      "peak load in winter is higher than it was in the years before, and storage helps with that everywhere",
    ),
  ).toBe("en");
  expect(languageOfQuery("winter", "de")).toBe("de");
  expect(languageOfQuery("winter", null)).toBe("en");
  expect(languageOfQuery("größenverhältnisse", null)).toBe("de");
  expect(languageOfQuery("Договор о поставке", null)).toBe("ru");
  expect(languageOfQuery("電力会社の", null)).toBe("ja");
  expect(languageOfQuery("날씨", "en")).toBe("ko");
  expect(languageOfQuery("2024", "de")).toBe("de");
});

test("the lists of the package have names; a wrong one is said", () => {
  expect([true, undefined, "matched", "everyday"].map((b) => controlQueries(b as never)?.name)).toEqual([
    "matched@1",
    "matched@1",
    "matched@1",
    "everyday@1",
  ]);
  expect(() => controlQueries("other" as never)).toThrow(
    'invalid baseline: other, expected at least 19 queries that have nothing to do with the pages, "matched", "everyday", or false',
  );
});
