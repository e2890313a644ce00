/** What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), also in full width. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;

/**
 * Comma-separated values as RFC 4180 has them. A text that a spreadsheet would compute gets an apostrophe before it, a
 * number never: `-0.25` is one. Null is an empty field.
 */
export function csv(lines: readonly (readonly (string | number | boolean | null)[])[]): string {
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | boolean | null): string {
  if (value === null) return "";
  // Of a float32 no more digits are its own.
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
