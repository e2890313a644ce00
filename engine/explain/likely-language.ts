import { CONTROL_WORDS } from "./control-words.js";

/** Languages that there are control words of, by ISO 639-1 code. */
export type Language = string;

/** Below so many letters a page does not say its language; more than so many are not looked at. */
const [ENOUGH, LOOKED_AT] = [100, 2000];
/** How much less likely, in nats a pair of letters, an expected language may be than the likeliest one. */
const [OF_PAGE, OF_QUERY] = [0.05, 0.7];

/** The language that a page is printed in, or null where it has too little text to say. English where it may be. */
export function languageOfPage(printed: string): Language | null {
  const text = (printed.match(/[\p{L}\p{M}]+/gu) ?? []).join(" ").slice(0, LOOKED_AT);
  return text.length < ENOUGH ? null : likeliest(text, "en", OF_PAGE);
}

/** The language of a query: the page's where it may be, for words are short and several languages have them. */
export function languageOfQuery(query: string, page: Language | null): Language {
  return likeliest(query, page ?? "en", OF_QUERY);
}

function likeliest(text: string, expected: Language, benefit: number): Language {
  const script = scriptOf(text);
  const candidates = script === null ? [] : languagesIn(script);
  if (candidates.length === 0) return expected;
  const likelihoods = new Map(candidates.map((language) => [language, likelihood(text, language)]));
  const [best, most] = [...likelihoods].reduce((a, b) => (b[1] > a[1] ? b : a));
  return (likelihoods.get(expected) ?? Number.NEGATIVE_INFINITY) >= most - benefit ? expected : best;
}

const SCRIPTS = "Latin Cyrillic Greek Arabic Hebrew Devanagari Hiragana Katakana Han Hangul"
  .split(" ")
  .map((name) => ({ name, letter: new RegExp(`\\p{Script=${name}}`, "gu") }));

/** The script of most of its letters; one with kana is Japanese, whatever else it has. */
function scriptOf(text: string): string | null {
  const counts = SCRIPTS.map(({ name, letter }) => ({ name, count: text.match(letter)?.length ?? 0 }));
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  if (most.name === "Han" && counts.some(({ name, count }) => /kana$/.test(name) && count > 0))
    return "Hiragana";
  return most.count > 0 ? most.name : null;
}

const byScript = new Map<string, Language[]>();

function languagesIn(script: string): Language[] {
  if (byScript.size === 0)
    for (const [language, words] of Object.entries(CONTROL_WORDS)) {
      const scripts = language === "ja" ? ["Hiragana", "Katakana", "Han"] : [scriptOf(words.slice(0, 200))];
      for (const one of scripts as string[]) byScript.set(one, [...(byScript.get(one) ?? []), language]);
    }
  return byScript.get(script) ?? [];
}

interface LetterPairs {
  /** Log of the share of each pair of neighbouring letters, the ends of words included. */
  logs: Map<string, number>;
  /** Of a pair that was not seen. */
  unseen: number;
}

const tables = new Map<Language, LetterPairs>();

/** Mean log-likelihood of a pair of letters. */
function likelihood(text: string, language: Language): number {
  const { logs, unseen } = pairsOf(language);
  let [sum, count] = [0, 0];
  for (const pair of pairs(text)) {
    sum += logs.get(pair) ?? unseen;
    count += 1;
  }
  return sum / count;
}

function pairsOf(language: Language): LetterPairs {
  let table = tables.get(language);
  if (!table) {
    const counts = new Map<string, number>();
    let total = 0;
    for (const pair of pairs(CONTROL_WORDS[language])) {
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
      total += 1;
    }
    const log = (count: number) => Math.log((count + 0.5) / (total + 0.5 * counts.size));
    table = { logs: new Map(Array.from(counts, ([pair, count]) => [pair, log(count)])), unseen: log(0) };
    tables.set(language, table);
  }
  return table;
}

function* pairs(text: string): Generator<string> {
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}]+/gu)) {
    const around = ` ${word} `;
    for (let i = 1; i < around.length; i++) yield around.slice(i - 1, i + 1);
  }
}
