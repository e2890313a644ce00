import { explanationName } from "../../core/index.js";
import { h, uniqueId } from "./dom.js";
import type { Actions, Frame, Part } from "./frame.js";

/** What to compare with, and whether side by side or as a difference. */
export function createCompare(actions: Actions): Part {
  const [withId, differenceId] = [uniqueId("compare"), uniqueId("difference")];
  const others = h("select", { id: withId });
  const difference = h("input", { id: differenceId, type: "checkbox" });
  others.addEventListener("change", () =>
    actions.set({ compare: others.value === "" ? null : Number(others.value) }),
  );
  difference.addEventListener("change", () => actions.set({ difference: difference.checked }));
  let data: Frame["data"] | null = null;

  return {
    element: h(
      "section",
      {},
      h("h3", {}, "Compare"),
      h("div", { class: "cl-control" }, h("label", { for: withId }, "with"), others),
      h(
        "div",
        { class: "cl-control" },
        h("label", { for: differenceId }, "difference"),
        h("span", {}, difference),
      ),
    ),
    update(frame) {
      const count = frame.data.explanations.length;
      if (frame.data !== data) {
        data = frame.data;
        const names = Array.from({ length: count }, (_, i) => explanationName(frame.data, i));
        others.replaceChildren(
          h("option", { value: "" }, count > 1 ? "nothing" : "nothing else asked yet"),
          ...names.map((name, i) => h("option", { value: String(i) }, name)),
        );
      }
      others.disabled = count < 2;
      others.value = frame.locked.compare === null ? "" : String(frame.locked.compare);
      difference.disabled = frame.locked.compare === null;
      difference.checked = frame.locked.difference;
    },
  };
}
