import { fileName, latexSnippet, markdownSnippet, typstSnippet } from "../../../core/index.js";
import { isMeasuring } from "../chip-row.js";
import { h } from "../dom.js";
import {
  download,
  isLocal,
  localFile,
  type NamedFile,
  type SaveFormat,
  type SaveSettings,
} from "../files.js";
import type { Actions, Frame, Part } from "../frame.js";
import { type IconName, icon } from "../icons.js";
import { createMenu } from "../menu.js";
import { copyPicture, copyText, told } from "./clipboard.js";
import { createPreview } from "./preview.js";

const NEEDS_KERNEL = "Needs a running kernel: run the cell again.";
const RESOLUTIONS = [150, 300, 600];

export interface ShareMenu extends Part {
  setLive(live: boolean): void;
  open(): void;
  /** As the button of the menu does. */
  save(format: SaveFormat): void;
  copyPicture(): void;
}

/**
 * What can be kept of what is shown: a picture to paste, files, and lines for a text.
 * @param fromKernel asks the kernel for a file; absent where the host has no such kernel
 */
export function createShare(
  actions: Actions,
  fromKernel?: (format: SaveFormat, settings: SaveSettings) => Promise<NamedFile>,
): ShareMenu {
  let frame: Frame | null = null;
  let live = true;
  const settings = { caption: false, crop: true, dpi: 300 };
  /** Who waits for something new to be shown. */
  const waiting: (() => void)[] = [];
  const preview = createPreview();

  function shown(): Frame {
    if (!frame) throw new Error("nothing is shown yet");
    return frame;
  }

  /** What is shown, when its chance is known: a file says all that there is to say. */
  async function complete(): Promise<Frame> {
    while (isMeasuring(shown())) await new Promise<void>((next) => waiting.push(next));
    return shown();
  }

  async function made(format: SaveFormat): Promise<NamedFile> {
    const so = { ...settings };
    if (!isLocal(format)) {
      if (!fromKernel) throw new Error(NEEDS_KERNEL);
      return fromKernel(format, so);
    }
    const { data, locked: view, scene } = await complete();
    return { name: fileName(scene, format), content: await localFile({ data, view }, format, so) };
  }

  /** Does something, and leaves the menu with the focus on its button. */
  const closing = (act: () => void) => () => {
    menu.close();
    menu.button.focus();
    act();
  };
  const item = (label: string, remark: string, act: () => void, picture: IconName) => {
    const button = h(
      "button",
      { class: "cl-item cl-share-item" },
      icon(picture),
      h("span", {}, label),
      h("span", { class: "cl-quiet" }, remark),
    );
    button.addEventListener("click", closing(act));
    return button;
  };
  const save = (format: SaveFormat) =>
    told(actions, "Not saved", async () => {
      const file = await made(format);
      download(file);
      return `Saved as ${file.name}`;
    });
  const saving = (format: SaveFormat, label: string, remark: string) =>
    item(label, remark, () => save(format), "save");
  const copy = () => copyPicture(actions, made("png"));

  const snippets: [name: string, label: string, make: typeof latexSnippet, file: string][] = [
    ["Copy LaTeX figure", "LaTeX", latexSnippet, "pdf"],
    ["Copy Markdown", "Markdown", markdownSnippet, "png"],
    ["Copy Typst figure", "Typst", typstSnippet, "svg"],
  ];
  const copies = snippets.map(([name, label, make, kind]) => {
    const button = h("button", { "aria-label": name }, label);
    button.addEventListener(
      "click",
      closing(() => {
        const text = async () => {
          const { data, locked: view, scene } = await complete();
          return make({ data, view }, fileName(scene, kind));
        };
        copyText(actions, text, `${label} copied`);
      }),
    );
    return button;
  });

  const captions = segment("Save with", ["Figure only", "With caption"], 0, (chosen) => {
    settings.caption = chosen === 1;
    draw();
  });
  const crops = segment("What of the page", ["Matching lines", "Whole page"], 0, (chosen) => {
    settings.crop = chosen === 0;
    draw();
  });
  const sharpness = segment("Resolution in dpi", RESOLUTIONS.map(String), 1, (chosen) => {
    settings.dpi = RESOLUTIONS[chosen];
  });
  const remote = [saving("pdf", "PDF", "vector, for LaTeX"), saving("html", "HTML", "interactive, offline")];
  const row = (label: string, ...controls: HTMLElement[]) =>
    h("div", { class: "cl-share-row" }, h("span", { class: "cl-quiet" }, label), ...controls);
  const menu = createMenu(
    { label: "Share", title: "Copy or save what is in view", icon: "share", name: "share" },
    [
      preview.element,
      h(
        "div",
        { class: "cl-items" },
        item("Copy picture", "", copy, "copy"),
        h("hr"),
        row("Save with", captions),
        row("Show", crops),
        remote[0],
        saving("svg", "SVG", "vector"),
        h(
          "div",
          { class: "cl-share-png" },
          saving("png", "PNG", ""),
          sharpness,
          h("span", { class: "cl-quiet" }, "dpi"),
        ),
        h("hr"),
        row("Copy for", h("span", { class: "cl-seg" }, ...copies)),
        saving("csv", "Numbers as CSV", ""),
        saving("json", "JSON", "all numbers"),
        remote[1],
      ),
    ],
    () => {
      // The menu opens where the message is.
      actions.quiet();
      draw();
    },
  );

  function draw(): void {
    const now = frame;
    if (now) preview.show(() => localFile({ data: now.data, view: now.locked }, "svg", { ...settings }));
  }

  function mark(): void {
    for (const button of remote) {
      button.disabled = !live || !fromKernel;
      button.title = button.disabled ? NEEDS_KERNEL : "";
    }
  }

  mark();
  return {
    element: menu.element,
    update(next) {
      frame = next;
      for (const look of waiting.splice(0)) look();
    },
    setLive(now) {
      live = now;
      mark();
    },
    open: menu.open,
    save,
    copyPicture: copy,
    dispose: preview.dispose,
  };
}

/** One of several, side by side. */
function segment(
  name: string,
  labels: string[],
  first: number,
  choose: (index: number) => void,
): HTMLElement {
  const buttons = labels.map((label, i) => {
    const button = h("button", { "aria-pressed": String(i === first) }, label);
    button.addEventListener("click", () => {
      for (const [at, each] of buttons.entries()) each.setAttribute("aria-pressed", String(at === i));
      choose(i);
    });
    return button;
  });
  return h("span", { class: "cl-seg", role: "group", "aria-label": name }, ...buttons);
}
