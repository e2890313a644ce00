import { printable } from "../data/printable.js";
import { pageName, scoreParts } from "./caption.js";
import type { Scene } from "./scene.js";

/** One line of at most `most` characters: query, page, score. The score is never cut. */
export function headline(scene: Scene, most = 110): string {
  const score = scoreParts(scene.explanation);
  const room = most - `Lens “” on : ${score}`.length;
  const page = printable(pageName(scene.page), Math.max(10, room - 12));
  const query = printable(scene.explanation.query.text, Math.max(10, room - page.length));
  return `Lens “${query}” on ${page}: ${score}`;
}
