import { DescriptionStyle, Layout, SliderStyle } from "./layout.js";
import { bool, choice, list, optional, part, text } from "./traits.js";

/** What everything that is shown has. */
export const dom = {
  _dom_classes: list(text()),
  /** Whether Tab reaches it; null: as the browser has it. */
  tabbable: optional(bool()),
  /** Text shown when the pointer rests on it. */
  tooltip: optional(text()),
  layout: part(Layout),
};

/** What everything with a description beside it has. */
export const described = {
  ...dom,
  description: text(),
  /** Whether the description is markup. Leave it off for text that comes from elsewhere. */
  description_allow_html: bool(),
  style: part(DescriptionStyle),
};

/** What can be used, or be switched off. */
export const usable = { ...described, disabled: bool() };

export const orientation = choice(["horizontal", "vertical"], "horizontal");
export const boxStyle = choice(["success", "info", "warning", "danger", ""], "");
export const buttonStyle = choice(["primary", "success", "info", "warning", "danger", ""], "");

/** What every slider has. */
export const sliding = {
  orientation,
  readout: bool(true),
  continuous_update: bool(true),
  behavior: choice(["drag-tap", "drag-snap", "tap", "drag", "snap"], "drag-tap"),
  style: part(SliderStyle),
};
