import type { Actions } from "../frame.js";

const NO_CLIPBOARD =
  "the browser keeps the clipboard from pages that are not served over https or from this machine";

/** Copies a text and tells so, or why not. */
export function copyText(
  actions: Pick<Actions, "tell">,
  text: () => string | Promise<string>,
  done: string,
): Promise<void> {
  return told(actions, "Not copied", async () => {
    const words = await text();
    await clipboard().writeText(words);
    return done;
  });
}

/** Copies a picture and tells so, or why not. */
export function copyPicture(
  actions: Pick<Actions, "tell">,
  png: () => Promise<{ picture: Blob; size: string }>,
): Promise<void> {
  return told(actions, "Not copied", async () => {
    const board = clipboard();
    if (typeof ClipboardItem === "undefined")
      throw new Error("this browser copies no pictures: save it as PNG");
    const { picture, size } = await png();
    await board.write([new ClipboardItem({ "image/png": picture })]);
    return `Picture copied, ${size}`;
  });
}

/** Does something and tells what has come of it. */
export function told(
  actions: Pick<Actions, "tell">,
  failed: string,
  act: () => Promise<string>,
): Promise<void> {
  return act().then(
    (done) => actions.tell(done, "done"),
    (error: Error) => actions.tell(`${failed}: ${error.message}`, "failed"),
  );
}

function clipboard(): Clipboard {
  if (!navigator.clipboard) throw new Error(NO_CLIPBOARD);
  return navigator.clipboard;
}
