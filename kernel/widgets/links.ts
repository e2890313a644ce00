import type { AnyWidget } from "../jupyter/widget-protocol/widgets.js";
import { control } from "./control.js";
import { invalid, trait } from "./traits.js";

/** A property of a widget: `[slider, "value"]`. */
export type End<W extends AnyWidget = AnyWidget> = readonly [widget: W, property: string & keyof W];

const end = () =>
  trait<readonly unknown[], End>(
    () => [],
    'a widget and the name of a property that is synced, as [slider, "value"]',
    (value) => {
      if (!Array.isArray(value) || value.length !== 2) return undefined;
      const [widget, property] = value as [AnyWidget | undefined, string];
      const state = typeof widget?.fullState === "function" ? widget.fullState() : {};
      return Object.hasOwn(state, property) && !/^_(model|view)_/.test(property) ? value : undefined;
    },
    { references: true },
  );

/** A link in the browser, both ways. */
export class Link extends control({ name: "Link", view: null, traits: { source: end(), target: end() } }) {
  unlink(): void {
    this.close();
  }
}

/** A link in the browser, one way. */
export class DirectionalLink extends control({
  name: "DirectionalLink",
  view: null,
  traits: { source: end(), target: end() },
}) {
  unlink(): void {
    this.close();
  }
}

/**
 * Keeps two properties equal in the browser, without the kernel: `jslink([a, "value"], [b, "value"])`.
 * @throws TypeError when an end is no synced property
 */
export function jslink<A extends AnyWidget, B extends AnyWidget>(source: End<A>, target: End<B>): Link {
  return new Link({ source: source as End, target: target as End });
}

/** As {@link jslink}, but only from `source` to `target`. */
export function jsdlink<A extends AnyWidget, B extends AnyWidget>(
  source: End<A>,
  target: End<B>,
): DirectionalLink {
  return new DirectionalLink({ source: source as End, target: target as End });
}

/** Keeps two properties equal, in the kernel; unlike {@link jslink} also those that are not synced. @returns how to stop */
export function link<A extends AnyWidget, B extends AnyWidget>(source: End<A>, target: End<B>): () => void {
  const stops = [dlink(source, target), dlink(target, source)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Sets `target` whenever `source` changes, in the kernel, to what `transform` makes of it. @returns how to stop */
export function dlink<
  A extends AnyWidget,
  B extends AnyWidget,
  K extends string & keyof A,
  L extends string & keyof B,
>(
  [from, key]: readonly [A, K],
  [to, name]: readonly [B, L],
  transform: (value: A[K]) => B[L] = (value) => value as unknown as B[L],
): () => void {
  for (const [widget, property] of [
    [from, key],
    [to, name],
  ] as const)
    if (!(property in widget)) throw invalid("property of a link", property, `one of ${String(widget)}`);
  const follow = () => {
    to[name] = transform(from[key]);
  };
  follow();
  const { on } = from as unknown as { on(event: string, listener: () => void): () => void };
  return on.call(from, `change:${key}`, follow);
}
