import { chips, explanationOf } from "../../core/index.js";
import type { Actions, Frame } from "./frame.js";
import type { KeyActions } from "./keyboard.js";
import { isSameHit, listedHits } from "./listed-hits.js";
import { pageRanking } from "./page-ranking.js";

/**
 * What the lens's keys do, from what is shown now.
 * @param frame what is shown, or null while nothing is
 */
export function stepping(
  actions: Actions,
  frame: () => Frame | null,
  of: Pick<KeyActions, "zoom" | "enlarge" | "help" | "copyPicture" | "share">,
): KeyActions {
  const now = (act: (frame: Frame) => void) => {
    const shown = frame();
    if (shown) act(shown);
  };
  return {
    ...of,
    undo: actions.undo,
    hit: (step) =>
      now((shown) => {
        const all = listedHits(shown);
        if (all.length === 0) return actions.say("nothing on this page stands out");
        const at = all.findIndex((each) => isSameHit(each, shown.hit));
        const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
        actions.goTo(all[next]);
        actions.say(`${all[next].name}, ${next + 1} of ${all.length}`);
      }),
    word: (step) =>
      now(({ data, locked }) => {
        const all = chips(explanationOf(data, locked.result), locked).map((chip) => chip.select);
        const at = all.findIndex(
          ({ word, token }) => word === locked.word && (word !== null || token === locked.token),
        );
        actions.set(all[(Math.max(0, at) + step + all.length) % all.length]);
      }),
    allWords: () => actions.set({ token: null, word: null }),
    page: (step) =>
      now(({ data, locked }) => {
        const ranked = pageRanking(data, locked.result).all.map(({ key }) => key);
        const next = ranked[ranked.indexOf(locked.result) + step];
        if (next) actions.set({ result: next });
      }),
    fitWidth: () => actions.fit("width"),
    wholePage: () => actions.fit("page"),
    multiples: () => actions.set(({ layout }) => ({ layout: layout === "single" ? "multiples" : "single" })),
    letGo: () => {
      const locked = frame()?.locked;
      if (locked?.region) actions.set({ region: null });
      else if (locked && (locked.token !== null || locked.word !== null))
        actions.set({ token: null, word: null });
      else return false;
      return true;
    },
  };
}
