import {
  DIVERGING_NAMES,
  explanationsOf,
  type LensData,
  type LensExplanation,
  resultName,
  sameModel,
} from "../../core/index.js";
import { h, uniqueId } from "./dom.js";
import { choice, ofColor } from "./fields.js";
import type { Actions, Frame, Part } from "./frame.js";

/** What to compare with, and whether side by side or as a difference. */
export function createCompare(actions: Actions): Part {
  const [withId, differenceId] = [uniqueId("compare"), uniqueId("difference")];
  const others = h("select", { id: withId });
  const difference = h("input", { id: differenceId, type: "checkbox" });
  others.addEventListener("change", () =>
    actions.set({ compare: others.value === "" ? null : others.value }),
  );
  difference.addEventListener("change", () => actions.set({ difference: difference.checked }));
  const colours = choice(
    actions,
    ofColor("diverging"),
    "its colours",
    DIVERGING_NAMES,
    {},
    ({ locked }) => locked.compare !== null && locked.difference,
  );
  let data: Frame["data"] | null = null;
  let from = "";

  return {
    element: h(
      "section",
      {},
      h("h3", {}, "Compare"),
      h("div", { class: "cl-setting" }, h("label", { for: withId }, "with"), others),
      h(
        "div",
        { class: "cl-setting" },
        h("label", { for: differenceId }, "difference"),
        h("span", {}, difference),
      ),
      colours.element,
    ),
    update(frame) {
      const count = frame.data.order.length;
      const { result } = frame.locked;
      if (frame.data !== data || result !== from) {
        [data, from] = [frame.data, result];
        const nothing = h("option", { value: "" }, count > 1 ? "nothing" : "nothing else asked yet");
        others.replaceChildren(nothing, ...groups(frame.data, result));
      }
      others.disabled = count < 2;
      others.value = frame.locked.compare ?? "";
      colours.update(frame);
      difference.disabled = frame.locked.compare === null;
      difference.checked = frame.locked.difference;
    },
  };
}

/** What A can be compared with, by what is different about it; itself is no choice. */
function groups(data: LensData, from: string): HTMLElement[] {
  const all = explanationsOf(data);
  const a = all[data.order.indexOf(from)];
  const group = (label: string, of: LensExplanation[]) => {
    const options = of.map(({ key }) => h("option", { value: key }, resultName(data, key)));
    return of.length === 0 ? [] : [h("optgroup", { label }, ...options)];
  };
  const rest = all.filter((e) => e !== a);
  const same = rest.filter((e) => sameModel(e, a));
  return [
    ...group(
      "Another model",
      rest.filter((e) => !sameModel(e, a)),
    ),
    ...group(
      "Another query",
      same.filter((e) => e.query.text !== a.query.text),
    ),
    ...group(
      "Another page",
      same.filter((e) => e.query.text === a.query.text),
    ),
  ];
}
