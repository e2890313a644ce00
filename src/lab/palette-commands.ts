import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { ICommandPalette } from "@jupyterlab/apputils";
import { LENS_COMMANDS, type LensCommand } from "../viewer/lens-commands.js";
import { activeLens, onActiveLens } from "./active-lens.js";
import { CATEGORY } from "./lens-notebooks.js";
import { MODULE_NAME } from "./version.js";

/** Commands of the lens that was pointed at last, for the command palette and for shortcuts that a person sets. */
export function addLensCommands({ commands }: JupyterFrontEnd, palette: ICommandPalette | null): void {
  for (const [name, label] of Object.entries(LENS_COMMANDS)) {
    const command = `${MODULE_NAME}:${name}`;
    commands.addCommand(command, {
      label: `Lens: ${label}`,
      caption: "Of the lens that was pointed at, or had the focus, last",
      isEnabled: () => activeLens() !== null,
      execute: () => activeLens()?.run(name as LensCommand),
    });
    palette?.addItem({ command, category: CATEGORY });
  }
  onActiveLens(() => commands.notifyCommandChanged());
}
