// Control characters are not allowed in XML, and bidirectional overrides would rearrange the text around them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/** Text from outside as it is shown: one line, nothing invisible that changes its surroundings, not endless. */
export function printable(text: string, most = 200): string {
  const clean = text.replace(/\s+/gu, " ").replace(UNPRINTABLE, "\ufffd");
  return clean.length > most ? `${clean.slice(0, most - 1).replace(/\p{Surrogate}$/u, "")}…` : clean;
}

/** A number for people: two places unless `places` says otherwise, with a real minus sign. */
export function decimal(value: number, places = 2): string {
  const fixed = value.toFixed(places);
  return Number(fixed) < 0 ? fixed.replace("-", "\u2212") : fixed.replace("-", "");
}

/** How many places numbers need that are so far apart. */
export function placesOf(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}
