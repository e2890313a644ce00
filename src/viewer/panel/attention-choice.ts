import {
  type AttentionReading,
  attentionName,
  canDivide,
  isOverUniform,
  isRollout,
  layerIndex,
  readingFor,
  readingIn,
  STAGE_NAMES,
  stageShown,
} from "../../../core/index.js";
import { h, setText, uniqueId } from "../dom.js";
import type { Actions, Frame, Part } from "../frame.js";

/** Stage, layer and head; all layers together; what uniform attention would give divided out. */
export function createAttentionChoice(actions: Actions): Part & { more: HTMLElement } {
  const stage = h("select", { id: uniqueId("stage") });
  stage.addEventListener("change", () => actions.set({ stage: stage.value as AttentionReading["stage"] }));
  const layer = h("input", { id: uniqueId("layer"), type: "range", min: "0", step: "1" });
  const which = h("output", { for: layer.id });
  layer.addEventListener("input", () => actions.set({ layer: Number(layer.value) }));
  const head = h("select", { id: uniqueId("head") });
  head.addEventListener("change", () =>
    actions.set({ head: head.value === "mean" ? null : Number(head.value) }),
  );
  const quantity = (change: { rollout?: boolean; overUniform?: boolean }) =>
    actions.set((now) => ({
      quantity: attentionName({
        rollout: isRollout(now.quantity),
        overUniform: isOverUniform(now.quantity),
        ...change,
      }),
    }));
  const rollout = check("Through all layers (rollout)", (on) => quantity({ rollout: on }));
  const divided = check("Divide by uniform causal attention", (on) => quantity({ overUniform: on }));
  const stages = setting("Stage", stage.id, stage);
  return {
    element: h(
      "div",
      { class: "cl-settings cl-attention-choice" },
      stages,
      setting("Layer", layer.id, h("span", { class: "cl-slide" }, layer, which)),
      setting("Head", head.id, head),
    ),
    more: h("div", { class: "cl-attention-more" }, rollout.element, divided.element),
    update({ locked, scene, measurable }: Frame) {
      const { explanation } = scene;
      const of = stageShown(explanation, locked);
      const reading = readingFor(explanation, locked) ?? readingIn(explanation, of);
      if (!reading) return;
      const isRead = (name: AttentionReading["stage"]) => readingIn(explanation, name) !== null;
      fill(
        stage,
        reading.stages.map((name) => ({
          value: name,
          text: isRead(name) || measurable ? STAGE_NAMES[name] : `${STAGE_NAMES[name]} (not in this file)`,
          disabled: !isRead(name) && !measurable,
        })),
        of,
      );
      stages.hidden = reading.stages.length < 2;
      const { layers } = reading;
      const all = isRollout(locked.quantity);
      const at = layerIndex(reading, locked);
      layer.max = String(layers.length - 1);
      layer.disabled = all || layers.length < 2;
      if (Number(layer.value) !== at) layer.value = String(at);
      const { missing } = layers[at];
      setText(which, all ? "all" : `${at} / ${layers.length - 1}`);
      layer.title = missing ?? `Layer ${at}, from 0`;
      fill(
        head,
        [
          { value: "mean", text: "mean over heads" },
          ...Array.from({ length: layers[at].heads }, (_, i) => ({ value: String(i), text: `head ${i}` })),
        ],
        locked.head === null || all ? "mean" : String(locked.head),
      );
      head.disabled = all;
      rollout.set(all, !reading.isRolledOut);
      rollout.element.title = reading.isRolledOut ? "" : "A layer of this stage has no attention to be had";
      const isCausal = canDivide(reading, { rollout: all, layer: locked.layer });
      divided.set(isOverUniform(locked.quantity), !isCausal);
      divided.element.title = isCausal
        ? "A causal model sees only what comes before: the first patches receive the most whatever they hold"
        : "Attention is not causal here: every position can see all of it";
    },
  };
}

function setting(label: string, id: string, control: HTMLElement): HTMLElement {
  return h("div", { class: "cl-setting" }, h("label", { for: id }, label), control);
}

function check(label: string, act: (on: boolean) => void) {
  const input = h("input", { type: "checkbox" });
  input.addEventListener("change", () => act(input.checked));
  return {
    element: h("label", { class: "cl-check" }, input, h("span", {}, label)),
    set(on: boolean, disabled: boolean) {
      input.checked = on;
      input.disabled = disabled && !on;
    },
  };
}

/** The options of a select, where they have changed. */
function fill(
  select: HTMLSelectElement,
  options: readonly { value: string; text: string; disabled?: boolean }[],
  chosen: string,
): void {
  const now = JSON.stringify(options);
  if (select.dataset.options !== now) {
    select.dataset.options = now;
    select.replaceChildren(
      ...options.map(({ value, text, disabled }) =>
        h("option", { value, ...(disabled && { disabled: "" }) }, text),
      ),
    );
  }
  select.value = chosen;
}
