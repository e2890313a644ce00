import { h } from "./dom.js";
import { createMenu, type Menu } from "./menu.js";

const KEYS: [keys: string, says: string][] = [
  ["n p", "next, previous hit"],
  ["→ ←", "next, previous word"],
  ["a", "all words"],
  ["PgDn PgUp", "next, previous page of the list"],
  ["+ −", "zoom"],
  ["0 w", "fit the width, whole page"],
  ["m", "one page or a map per word"],
  ["arrows", "on the page: from patch to patch; Shift selects a block"],
  ["Enter", "on the page: lock the patch"],
  ["c", "copy the picture"],
  ["s", "share: copy or save"],
  ["f", "enlarge"],
  ["Ctrl+Z", "take back a setting"],
  ["?", "this help"],
  ["Esc", "close, let go, back into the notebook"],
];

export function createHelp(): Menu {
  const rows = KEYS.map(([keys, says]) =>
    h("div", {}, h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, says)),
  );
  return createMenu({ label: "?", title: "Keyboard", name: "help" }, [
    h("dl", { class: "cl-keys" }, ...rows),
  ]);
}

/** What keys do anywhere in the lens. */
export interface KeyActions {
  hit(step: 1 | -1): void;
  word(step: 1 | -1): void;
  allWords(): void;
  page(step: 1 | -1): void;
  zoom(factor: number): void;
  fitWidth(): void;
  wholePage(): void;
  multiples(): void;
  copyPicture(): void;
  share(): void;
  enlarge(): void;
  help(): void;
  undo(): void;
  /** @returns whether there was something to let go of */
  letGo(): boolean;
}

const STEP = 1.5;

/**
 * One key each, wherever in the lens the focus is, but not while somebody writes. Parts that use a key themselves, such as
 * arrows in a list, do not let it come this far.
 */
export function listenToKeys(lens: HTMLElement, act: KeyActions): void {
  const plain: Record<string, () => void> = {
    n: () => act.hit(1),
    p: () => act.hit(-1),
    ArrowRight: () => act.word(1),
    ArrowLeft: () => act.word(-1),
    a: () => act.allWords(),
    PageDown: () => act.page(1),
    PageUp: () => act.page(-1),
    "+": () => act.zoom(STEP),
    "=": () => act.zoom(STEP),
    "-": () => act.zoom(1 / STEP),
    "0": () => act.fitWidth(),
    w: () => act.wholePage(),
    m: () => act.multiples(),
    c: () => act.copyPicture(),
    s: () => act.share(),
    f: () => act.enlarge(),
    "?": () => act.help(),
  };
  lens.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isWriting(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z" && !event.shiftKey) act.undo();
    else if (event.key === "Escape" && act.letGo()) {
      // Nothing else to close.
    } else if (command || event.altKey || !Object.hasOwn(plain, event.key)) return;
    else plain[event.key]();
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Fields and lists take their keys for themselves. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea");
}
