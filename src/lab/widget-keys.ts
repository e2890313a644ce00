const KEYS = /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/;
const USERS = "[role=slider], [role=tab], [role=radio], input, select, textarea";
/** Where the focus is on an element with this attribute, Lumino runs no commands. */
const SUPPRESS = "data-lm-suppress-shortcuts";

/**
 * Leaves the keys that move a slider, a list or a tab of any widget to it. Notebook 7 would take them to move the selection from
 * cell to cell; other keys, such as Shift+Enter, stay commands.
 */
export function keepWidgetKeys(window: Window): void {
  window.addEventListener(
    "keydown",
    ({ target, key, ctrlKey, altKey, metaKey }) => {
      if (!KEYS.test(key) || ctrlKey || altKey || metaKey || !(target instanceof Element)) return;
      if (!target.matches(USERS) || !target.closest(".jupyter-widgets") || target.hasAttribute(SUPPRESS))
        return;
      target.setAttribute(SUPPRESS, "true");
      // By then the host has seen the key.
      setTimeout(() => target.removeAttribute(SUPPRESS));
    },
    { capture: true },
  );
}
