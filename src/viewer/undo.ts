import { type LensView, sameView } from "../../core/index.js";

/** The settings that a person had before, so that each change can be taken back. */
export interface Undo {
  /** Keeps what was before a change. Changes right after each other, as a slider makes them, are taken back together. */
  keep(before: LensView, now: LensView): void;
  /** @returns what was before, or null where nothing has changed */
  take(): LensView | null;
  isPossible(): boolean;
  forget(): void;
}

/** Milliseconds. */
const TOGETHER = 600;
const MOST = 100;

export function createUndo(): Undo {
  let kept: LensView[] = [];
  let [latest, names] = [Number.NEGATIVE_INFINITY, ""];
  return {
    keep(before, now) {
      const changed = changes(before, now);
      if (changed === "") return;
      const at = performance.now();
      if (changed !== names || at - latest > TOGETHER) kept = [...kept, before].slice(-MOST);
      [latest, names] = [at, changed];
    },
    take() {
      names = "";
      return kept.pop() ?? null;
    },
    isPossible: () => kept.length > 0,
    forget() {
      kept = [];
    },
  };
}

/** Names of what has changed; what part of the page is in view is no setting. */
function changes(before: LensView, now: LensView): string {
  if (sameView(before, now)) return "";
  const keys = Object.keys(now) as (keyof LensView)[];
  return keys
    .filter((key) => key !== "zoom" && JSON.stringify(before[key]) !== JSON.stringify(now[key]))
    .join();
}
