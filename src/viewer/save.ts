import { fileName, latexSnippet, markdownSnippet } from "../../core/index.js";
import { h } from "./dom.js";
import { download, KERNEL_FORMATS, LOCAL_FORMATS, localFile, type SaveFormat } from "./files.js";
import type { Actions, Frame, Part } from "./frame.js";

const NAMES: Record<SaveFormat, string> = {
  svg: "SVG, vector",
  png: "PNG picture",
  json: "JSON, all numbers",
  pdf: "PDF, vector",
  html: "HTML, interactive and offline",
};
const NEEDS_KERNEL = "Needs a running kernel: run the cell again.";

export interface SaveMenu extends Part {
  setLive(live: boolean): void;
}

/**
 * What can be kept of what is shown: files and snippets to paste.
 * @param fromKernel asks the kernel for a file; absent where the host has no such kernel
 */
export function createSave(actions: Actions, fromKernel?: (format: SaveFormat) => void): SaveMenu {
  let frame: Frame | null = null;
  let live = true;
  const button = (label: string, act: () => unknown) => {
    const made = h("button", {}, label);
    made.addEventListener("click", () => {
      details.open = false;
      summary.focus();
      void Promise.resolve(act()).catch((error: Error) => actions.say(`Not saved: ${error.message}`));
    });
    return made;
  };
  const local = LOCAL_FORMATS.map((format) => button(NAMES[format], () => keep(format)));
  const remote = KERNEL_FORMATS.map((format) => button(NAMES[format], () => fromKernel?.(format)));
  const copies = [
    button("Copy LaTeX figure", () => copy(latexSnippet)),
    button("Copy Markdown", () => copy(markdownSnippet)),
  ];
  const summary = h("summary", {}, "Save");
  const menu = h("div", { class: "cl-menu" }, ...local, ...remote, ...copies);
  const details = h("details", { class: "cl-save" }, summary, menu);
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    summary.focus();
  });
  details.addEventListener("focusout", (event) => {
    const to = event.relatedTarget as Node | null;
    if (to && !details.contains(to)) details.open = false;
  });

  async function keep(format: (typeof LOCAL_FORMATS)[number]): Promise<void> {
    if (!frame) return;
    download(
      await localFile({ data: frame.data, view: frame.locked }, format),
      fileName(frame.scene, format),
    );
    actions.say(`Saved as ${fileName(frame.scene, format)}`);
  }

  async function copy(snippet: typeof latexSnippet): Promise<void> {
    if (!frame) return;
    const kind = snippet === latexSnippet ? "pdf" : "png";
    const state = { data: frame.data, view: frame.locked };
    await navigator.clipboard.writeText(snippet(state, fileName(frame.scene, kind)));
    actions.say("Copied");
  }

  function mark(): void {
    for (const made of remote) {
      made.disabled = !live || !fromKernel;
      made.title = made.disabled ? NEEDS_KERNEL : "";
    }
  }

  mark();
  return {
    element: details,
    update(next) {
      frame = next;
    },
    setLive(now) {
      live = now;
      mark();
    },
  };
}
