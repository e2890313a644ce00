import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import type { ViewChange } from "../../core/index.js";
import { MODULE_NAME } from "./version.js";

/** What a person has set in the Settings editor (`schema/plugin.json`). */
export interface LensDefaults {
  /** Of notebooks that are written here. */
  model: string;
  /** Likewise: pixels an inch of PDF pages. */
  dpi: number;
  /** How a new lens opens, where that differs from the package's own way. */
  view: ViewChange;
}

export interface LensSettings {
  readonly current: LensDefaults;
  /** Calls `listener` when they have changed. */
  onChange(listener: () => void): void;
}

const NONE: LensDefaults = { model: "mini", dpi: 150, view: {} };

/** @param registry absent in a host without settings: then nothing is set */
export function lensSettings(registry: ISettingRegistry | null): LensSettings {
  const listeners = new Set<() => void>();
  let current = NONE;
  const take = (settings: ISettingRegistry.ISettings) => {
    current = defaultsOf(settings);
    for (const listener of listeners) listener();
  };
  registry?.load(`${MODULE_NAME}:plugin`).then(
    (settings) => {
      take(settings);
      settings.changed.connect(take);
    },
    (error) =>
      console.warn(`${MODULE_NAME}: its settings cannot be read, so its own defaults are used`, error),
  );
  return {
    get current() {
      return current;
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

function defaultsOf(settings: ISettingRegistry.ISettings): LensDefaults {
  const value = (name: string) => settings.get(name).composite;
  const isChanged = (name: string) => JSON.stringify(value(name)) !== JSON.stringify(settings.default(name));
  const [palette, wordsOnly] = ["palette", "wordsOnly"].map((name) => (isChanged(name) ? value(name) : null));
  return {
    model: (value("model") as string) || NONE.model,
    dpi: value("dpi") as number,
    view: {
      ...(palette !== null && { color: { palette: palette as never } }),
      ...(wordsOnly !== null && { scope: wordsOnly ? "words" : "all" }),
    },
  };
}
