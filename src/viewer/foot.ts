import { finding } from "../../core/index.js";
import { h, setText } from "./dom.js";
import type { Actions, Part } from "./frame.js";
import { createHelp } from "./keyboard.js";
import { createMenu, type Menu } from "./menu.js";
import { createDetails } from "./panel/details.js";

/** The answer in one sentence; where it comes from, and the keys, on request. */
export function createFoot(actions: Actions): Part & { help: Menu } {
  const found = h("p", { class: "cl-finding" });
  const details = createDetails(actions);
  const menu = createMenu(
    { label: "Details", title: "Score, model, page, versions", icon: "info", name: "details" },
    [details.element],
  );
  const help = createHelp();
  return {
    element: h("div", { class: "cl-foot" }, found, menu.element, help.element),
    help,
    update(frame) {
      const said = finding(frame.scene, frame.other);
      setText(found, said);
      found.title = said;
      details.update(frame);
    },
  };
}
