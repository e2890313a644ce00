import { checkListener } from "../jupyter/widget-protocol/listeners.js";
import { control } from "./control.js";
import { described, usable } from "./dom-widget.js";
import { HTMLMathStyle, HTMLStyle, LabelStyle, TextStyle } from "./layout.js";
import { bool, int, list, optional, part, text } from "./traits.js";

/** What an empty field shows; not quite empty, so that it keeps its height. */
const placeholder = text("\u200b");
const shown = { ...described, value: text(), placeholder };
const field = {
  ...usable,
  value: text(),
  placeholder,
  continuous_update: bool(true),
  style: part(TextStyle),
};

/** One line of text, as text. */
export class Label extends control({
  name: "Label",
  first: "value",
  traits: { ...shown, style: part(LabelStyle) },
}) {}

/** Markup. Front ends clean it of scripts; text that comes from elsewhere still belongs in a `Label`. */
export class HTML extends control({
  name: "HTML",
  first: "value",
  traits: { ...shown, style: part(HTMLStyle) },
}) {}

/** Markup with formulas between dollar signs. */
export class HTMLMath extends control({
  name: "HTMLMath",
  first: "value",
  traits: { ...shown, style: part(HTMLMathStyle) },
}) {}

/** A field for one line. With `continuous_update: false` its value changes on Enter and when it is left. */
export class Text extends control({ name: "Text", first: "value", traits: field }) {
  /** Calls `listener` when Enter is pressed. @returns how to stop */
  onSubmit(listener: (field: this) => unknown): () => void {
    return onSubmit(this, listener);
  }
}

/** A field whose text is not shown. It is kept and sent as any other, and saved with the notebook. */
export class Password extends control({ name: "Password", first: "value", traits: field }) {
  /** Calls `listener` when Enter is pressed. @returns how to stop */
  onSubmit(listener: (field: this) => unknown): () => void {
    return onSubmit(this, listener);
  }
}

/** A field for several lines; `rows` is its height, null as the browser has it. */
export class Textarea extends control({
  name: "Textarea",
  first: "value",
  traits: { ...field, rows: optional(int()) },
}) {}

/** A field that suggests `options`; with `ensure_option` only they are accepted. */
export class Combobox extends control({
  name: "Combobox",
  first: "value",
  traits: { ...field, options: list(text()), ensure_option: bool() },
  check({ value, options, ensure_option }, change) {
    if (ensure_option && change.value !== undefined && !options.includes(value))
      throw new RangeError(
        `invalid Combobox.value: ${JSON.stringify(value)}, expected one of ${JSON.stringify(options)}`,
      );
    return {};
  },
}) {
  /** Calls `listener` when Enter is pressed. @returns how to stop */
  onSubmit(listener: (field: this) => unknown): () => void {
    return onSubmit(this, listener);
  }
}

interface Speaks {
  onMessage(listener: (content: unknown) => unknown): () => void;
}

function onSubmit<W extends Speaks>(field: W, listener: (field: W) => unknown): () => void {
  checkListener(listener, `${field.constructor.name}.onSubmit`, "onSubmit(listener)");
  return field.onMessage((content) =>
    (content as { event?: unknown } | null)?.event === "submit" ? listener(field) : undefined,
  );
}
