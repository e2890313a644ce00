import { h, setText } from "../dom.js";

/** A small picture of what would be saved. */
export interface Preview {
  element: HTMLElement;
  show(draw: () => Promise<Blob>): void;
  dispose(): void;
}

export function createPreview(): Preview {
  const image = h("img", { alt: "What is saved" });
  const trouble = h("p", { class: "cl-note" });
  const element = h("div", { class: "cl-preview" }, image, trouble);
  let url = "";
  /** Of several that were asked for the last one counts. */
  let asked = 0;

  function put(next: string): void {
    URL.revokeObjectURL(url);
    url = next;
    if (next) image.src = next;
    else image.removeAttribute("src");
    image.hidden = next === "";
  }

  put("");
  return {
    element,
    show(draw) {
      asked += 1;
      const mine = asked;
      draw().then(
        (svg) => {
          if (mine !== asked) return;
          setText(trouble, "");
          put(URL.createObjectURL(svg));
        },
        (error: Error) => {
          if (mine !== asked) return;
          put("");
          setText(trouble, `No preview: ${error.message}`);
        },
      );
    },
    dispose: () => URL.revokeObjectURL(url),
  };
}
