/**
 * Advance widths of the printable ASCII characters in thousandths of the font size, from DejaVu Sans 2.37, the
 * font that figures are set in. Lines break at the same place wherever a figure is laid out.
 */
const REGULAR = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
/** Bold letters are about a tenth wider. */
const BOLD = 1.11;

/** Width of a text in units of its font size; characters outside ASCII count as 0.65, ideographs as 1. */
export function textWidth(text: string, size: number, bold = false): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    width += REGULAR[code - 32] ?? (code >= 0x2e80 ? 1000 : 650);
  }
  return (width * size * (bold ? BOLD : 1)) / 1000;
}

/** Breaks a text into lines no wider than `width`; a word that is wider by itself is broken, too. */
export function wrap(text: string, size: number, width: number, most = 100): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((w) => pieces(w, size, width))) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most - 1), shorten(`${lines[most - 1]} …`, size, width)];
}

/** The text, or as much of its start as fits with an ellipsis. */
export function shorten(text: string, size: number, width: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const chars = Array.from(text);
  while (chars.length > 0 && textWidth(`${chars.join("")}…`, size, bold) > width) chars.pop();
  return `${chars.join("")}…`;
}

function pieces(word: string, size: number, width: number): string[] {
  const out: string[] = [];
  let piece = "";
  for (const char of word) {
    if (piece && textWidth(piece + char, size) > width) {
      out.push(piece);
      piece = "";
    }
    piece += char;
  }
  return [...out, piece];
}
