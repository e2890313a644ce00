import { changeView, type Layer, type LensState, viewQuantities } from "../../core/index.js";

/**
 * A lens's state with further maps of some results, which take the place of those of the same quantity.
 * @param layers by the key of the result; keys that the lens no longer has are passed over
 * @param show whether they are what is in view from now on
 */
export function withLayers(state: LensState, layers: ReadonlyMap<string, Layer>, show: boolean): LensState {
  const results = { ...state.data.results };
  for (const [key, layer] of layers) {
    const result = results[key];
    if (!result) continue;
    const others = (result.layers ?? []).filter(({ quantity }) => quantity.name !== layer.quantity.name);
    results[key] = { ...result, layers: [...others, layer] };
  }
  const data = { ...state.data, results };
  const [first] = layers.values();
  const has = results[state.view.result].layers?.some(
    ({ quantity }) => quantity.name === first?.quantity.name,
  );
  if (!show || !has) return { ...state, data };
  const { name } = first.quantity;
  // A map that only A has cannot be compared.
  const isShared = viewQuantities(data, state.view).some((quantity) => quantity.name === name);
  const view = changeView(data, state.view, { quantity: name, ...(!isShared && { compare: null }) });
  return { ...state, data, view };
}
