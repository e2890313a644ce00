/** What a lens can be told from outside of it, as in a host's list of commands; with what it is called there. */
export const LENS_COMMANDS = {
  "next-hit": "Next hit",
  "previous-hit": "Previous hit",
  enlarge: "Enlarge, or put back into the notebook",
  "clear-selection": "Clear the selection",
  "copy-picture": "Copy picture",
  "save-svg": "Save as SVG",
  "save-png": "Save as PNG",
  "save-pdf": "Save as PDF",
  "save-html": "Save as HTML",
  "save-json": "Save as JSON",
} as const;

export type LensCommand = keyof typeof LENS_COMMANDS;
