import { control } from "./control.js";
import { optional, type Trait, text } from "./traits.js";

const LAYOUT = [
  ...[
    "align_content",
    "align_items",
    "align_self",
    "border_top",
    "border_right",
    "border_bottom",
    "border_left",
  ],
  ...["bottom", "display", "flex", "flex_flow", "grid_area", "grid_auto_columns", "grid_auto_flow"],
  ...[
    "grid_auto_rows",
    "grid_column",
    "grid_gap",
    "grid_row",
    "grid_template_areas",
    "grid_template_columns",
  ],
  ...["grid_template_rows", "height", "justify_content", "justify_items", "left", "margin", "max_height"],
  ...[
    "max_width",
    "min_height",
    "min_width",
    "object_fit",
    "object_position",
    "order",
    "overflow",
    "padding",
  ],
  ...["right", "top", "visibility", "width"],
] as const;

const FONT = ["font_family", "font_size", "font_style", "font_variant", "font_weight", "text_color"] as const;

type Css<K extends string> = Record<K, Trait<string | null>>;

function css<const K extends readonly string[]>(...names: K): Css<K[number]> {
  return Object.fromEntries(names.map((name) => [name, optional(text())])) as Css<K[number]>;
}

function style<const K extends readonly string[]>(name: string, ...names: K) {
  return control({
    name,
    view: "Style",
    viewModule: "base",
    traits: { description_width: text(), ...css(...names) },
  });
}

/**
 * Place and size of a control: CSS properties with an underscore for each hyphen (`width`, `grid_template_columns`),
 * null where the browser decides.
 */
export class Layout extends control({
  name: "Layout",
  module: "base",
  traits: css(...LAYOUT),
}) {
  /** The border of all four sides, or null when they differ; assigning sets all four. */
  get border(): string | null {
    const { border_top, border_right, border_bottom, border_left } = this;
    const same = [border_right, border_bottom, border_left].every((side) => side === border_top);
    return same ? border_top : null;
  }

  set border(border: string | null) {
    this.set({ border_top: border, border_right: border, border_bottom: border, border_left: border });
  }
}

/** Looks of a button. */
export class ButtonStyle extends control({
  name: "ButtonStyle",
  view: "Style",
  viewModule: "base",
  traits: css("button_color", ...FONT, "text_decoration"),
}) {}

/** Width of a control's description, as CSS. */
export class DescriptionStyle extends style("DescriptionStyle") {}
/** Looks of a check box. */
export class CheckboxStyle extends style("CheckboxStyle", "background") {}
/** Looks of `HTML`. */
export class HTMLStyle extends style("HTMLStyle", "background", "font_size", "text_color") {}
/** Looks of `HTMLMath`. */
export class HTMLMathStyle extends style("HTMLMathStyle", "background", "font_size", "text_color") {}
/** Looks of a label. */
export class LabelStyle extends style("LabelStyle", "background", ...FONT, "text_decoration") {}
/** Looks of a progress bar. */
export class ProgressStyle extends style("ProgressStyle", "bar_color") {}
/** Looks of a slider. */
export class SliderStyle extends style("SliderStyle", "handle_color") {}
/** Looks of a text field. */
export class TextStyle extends style("TextStyle", "background", "font_size", "text_color") {}
/** Looks of a toggle button. */
export class ToggleButtonStyle extends style("ToggleButtonStyle", ...FONT, "text_decoration") {}

/** Looks of a row of toggle buttons. */
export class ToggleButtonsStyle extends control({
  name: "ToggleButtonsStyle",
  view: "Style",
  viewModule: "base",
  traits: { button_width: text(), description_width: text(), font_weight: text() },
}) {}
