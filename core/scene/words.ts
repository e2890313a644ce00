import { decimal, printable } from "../data/printable.js";
import { tableText } from "../data/text-table.js";
import type { Explanation } from "../data/vocabulary.js";
import { selectionChance } from "../view/chips.js";
import { pageName, scoreParts } from "./caption.js";
import type { Scene } from "./scene.js";

export const TOKEN_COLUMNS = ["token", "kind", "best", "on a patch", "row", "column", "chance p"] as const;

/** The numbers behind the picture as text, one row a token: shown as a table wherever a picture is not enough. */
export function tokenRows(explanation: Explanation): string[][] {
  const { query, maxsim } = explanation;
  return query.tokens.map((token, t) => {
    const of = maxsim.tokens[t];
    const chance = selectionChance(explanation, { token: t });
    const note = of.offImage ? ` (best is off-image)` : "";
    return [
      printable(token.text, 40),
      token.kind + note,
      decimal(of.best, 3),
      decimal(of.patchBest, 3),
      String(of.row),
      String(of.column),
      chance ? decimal(chance.p, 3) : "–",
    ];
  });
}

/** One line of at most `most` characters: query, page, score. The score is never cut. */
export function headline(scene: Scene, most = 110): string {
  const score = scoreParts(scene.explanation);
  const room = most - `Lens “” on : ${score}`.length;
  const page = printable(pageName(scene.page), Math.max(10, room - 12));
  const query = printable(scene.explanation.query.text, Math.max(10, room - page.length));
  return `Lens “${query}” on ${page}: ${score}`;
}

/** The scene in words: one line, then a small table. */
export function text(scene: Scene): string {
  return `${headline(scene)}\n\n${tokenTable(scene.explanation)}`;
}

/** The numbers of every token, as lines of text. */
export function tokenTable(explanation: Explanation): string {
  const columns = TOKEN_COLUMNS.map((head, i) => ({
    head,
    isNumber: i > 1,
    cell: (row: string[]) => row[i],
  }));
  return tableText(tokenRows(explanation), columns);
}
