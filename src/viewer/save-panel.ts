import { fileName, latexSnippet, markdownSnippet } from "../../core/index.js";
import { isMeasuring } from "./chip-row.js";
import { h } from "./dom.js";
import {
  download,
  KERNEL_FORMATS,
  LOCAL_FORMATS,
  localFile,
  type NamedFile,
  type SaveFormat,
} from "./files.js";
import type { Frame, Part } from "./frame.js";
import { createMenu } from "./menu.js";
import { createToast } from "./toast.js";

const NAMES: Record<SaveFormat, string> = {
  svg: "SVG, vector",
  png: "PNG picture",
  json: "JSON, all numbers",
  pdf: "PDF, vector",
  html: "HTML, interactive and offline",
};
const NEEDS_KERNEL = "Needs a running kernel: run the cell again.";
const NO_CLIPBOARD =
  "the browser keeps the clipboard from pages that are not served over https or from this machine";

export interface SaveMenu extends Part {
  setLive(live: boolean): void;
  /** As the button of the menu does. */
  save(format: SaveFormat): void;
  copyPicture(): void;
}

/**
 * What can be kept of what is shown: files and snippets to paste.
 * @param fromKernel asks the kernel for a file; absent where the host has no such kernel
 */
export function createSave(fromKernel?: (format: SaveFormat) => Promise<NamedFile>): SaveMenu {
  let frame: Frame | null = null;
  let live = true;
  /** Who waits for something new to be shown. */
  const waiting: (() => void)[] = [];
  const toast = createToast();
  /** @param act does what the button says; what it returns is told, as is a failure */
  const button = (label: string, failed: string, act: () => Promise<string>) => {
    const element = h("button", { class: "cl-item" }, label);
    element.addEventListener("click", () => {
      menu.close();
      menu.button.focus();
      act().then(
        (done) => toast.show(done, "done"),
        (error: Error) => toast.show(`${failed}: ${error.message}`, "failed"),
      );
    });
    return element;
  };
  const saving = (format: SaveFormat, make: () => Promise<NamedFile>) =>
    button(NAMES[format], "Not saved", async () => {
      const file = await make();
      download(file);
      return `Saved as ${file.name}`;
    });
  const local = LOCAL_FORMATS.map((format) => saving(format, () => keep(format)));
  const remote = KERNEL_FORMATS.map((format) => saving(format, async () => asked(format)));
  const copyPicture = button("Copy picture", "Not copied", async () => {
    if (!navigator.clipboard || !("ClipboardItem" in window)) throw new Error(NO_CLIPBOARD);
    // Begun at once: a browser copies only what the person's own action asked for.
    const picture = keep("png").then(({ content }) => content);
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return "Copied";
  });
  const copies = [
    copyPicture,
    button("Copy LaTeX figure", "Not copied", () => copy(latexSnippet)),
    button("Copy Markdown", "Not copied", () => copy(markdownSnippet)),
  ];
  // The menu opens where the message is.
  const menu = createMenu(
    { label: "Share", title: "Copy or save what is in view", icon: "share", name: "share" },
    [h("div", { class: "cl-items" }, ...local, ...remote, ...copies)],
    toast.clear,
  );

  function shown(): Frame {
    if (!frame) throw new Error("nothing is shown yet");
    return frame;
  }

  /** What is shown, when its chance is known: a file says all that there is to say. */
  async function complete(): Promise<Frame> {
    while (isMeasuring(shown())) await new Promise<void>((next) => waiting.push(next));
    return shown();
  }

  async function keep(format: (typeof LOCAL_FORMATS)[number]): Promise<NamedFile> {
    const { data, locked: view, scene } = await complete();
    return { name: fileName(scene, format), content: await localFile({ data, view }, format) };
  }

  function asked(format: SaveFormat): Promise<NamedFile> {
    if (!fromKernel) throw new Error(NEEDS_KERNEL);
    return fromKernel(format);
  }

  async function copy(snippet: typeof latexSnippet): Promise<string> {
    const { data, locked: view, scene } = await complete();
    const kind = snippet === latexSnippet ? "pdf" : "png";
    if (!navigator.clipboard) throw new Error(NO_CLIPBOARD);
    await navigator.clipboard.writeText(snippet({ data, view }, fileName(scene, kind)));
    return "Copied";
  }

  function mark(): void {
    for (const button of remote) {
      button.disabled = !live || !fromKernel;
      button.title = button.disabled ? NEEDS_KERNEL : "";
    }
  }

  mark();
  return {
    element: h("div", { class: "cl-saving" }, menu.element, toast.element),
    update(next) {
      frame = next;
      for (const look of waiting.splice(0)) look();
    },
    setLive(now) {
      live = now;
      mark();
    },
    save: (format) => [...local, ...remote][[...LOCAL_FORMATS, ...KERNEL_FORMATS].indexOf(format)].click(),
    copyPicture: () => copyPicture.click(),
  };
}
