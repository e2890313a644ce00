import { distance } from "fastest-levenshtein";

/** `; did you mean png?` for the end of a message, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** The known word that was probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  return known
    .map((name) => ({ name, far: steps(asked, name.toLowerCase()) }))
    .filter(({ name, far }) => isNear(asked, name, far))
    .sort((a, b) => a.far - b.far)[0]?.name;
}

/** Letters to change; letters in another order are one slip. */
function steps(one: string, other: string): number {
  const letters = (word: string) => [...word].sort().join("");
  return letters(one) === letters(other) ? Math.min(1, distance(one, other)) : distance(one, other);
}

/** At most three letters away and not most of the word, or the beginning of it. */
function isNear(asked: string, name: string, far: number): boolean {
  const longest = Math.max(asked.length, name.length);
  return (
    far <= Math.min(3, Math.floor(longest / 2)) || (asked.length > 1 && name.toLowerCase().startsWith(asked))
  );
}
