import { checkListener } from "../jupyter/widget-protocol/listeners.js";
import { control } from "./control.js";
import { buttonStyle, described, dom, usable } from "./dom-widget.js";
import { ButtonStyle, CheckboxStyle, ToggleButtonStyle } from "./layout.js";
import { bool, part, text } from "./traits.js";

/** A button; `icon` is a Font Awesome name without `fa-`. */
export class Button extends control({
  name: "Button",
  first: "description",
  traits: {
    ...dom,
    description: text(),
    disabled: bool(),
    icon: text(),
    button_style: buttonStyle,
    style: part(ButtonStyle),
  },
}) {
  /** Calls `listener` on every click. @returns how to stop */
  onClick(listener: (button: this) => unknown): () => void {
    checkListener(listener, "Button.onClick", "onClick(listener)");
    const stops = [
      this.onMessage((content) =>
        (content as { event?: unknown } | null)?.event === "click" ? listener(this) : undefined,
      ),
      this.listen("click", () => listener(this)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Does what a click does. */
  click(): void {
    this.emit("click");
  }
}

/** A box to tick. */
export class Checkbox extends control({
  name: "Checkbox",
  first: "value",
  traits: { ...usable, value: bool(), indent: bool(true), style: part(CheckboxStyle) },
}) {}

/** A button that stays down. */
export class ToggleButton extends control({
  name: "ToggleButton",
  first: "value",
  traits: {
    ...usable,
    value: bool(),
    icon: text(),
    button_style: buttonStyle,
    style: part(ToggleButtonStyle),
  },
}) {}

/** A mark for right or wrong; `readout` is what stands beside the wrong one. */
export class Valid extends control({
  name: "Valid",
  first: "value",
  traits: { ...described, disabled: bool(), value: bool(), readout: text("Invalid") },
}) {}
