import type { NamedFile } from "../files.js";
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

/** Copies a picture, which may still be on its way, and tells so, or why not. */
export function copyPicture(actions: Pick<Actions, "tell">, png: Promise<NamedFile>): Promise<void> {
  return told(actions, "Not copied", async () => {
    const picture = png.then(({ content }) => content);
    // What goes wrong with it is told by what awaits it below.
    picture.catch(() => undefined);
    const board = clipboard();
    if (!("ClipboardItem" in window)) throw new Error("this browser copies no pictures: save it as PNG");
    // Begun at once: a browser copies only what the person's own action asked for.
    await board.write([new ClipboardItem({ "image/png": picture })]);
    const { width, height } = await createImageBitmap(await picture);
    return `Picture copied, ${width} × ${height} px`;
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
