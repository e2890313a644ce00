import { fromBase64, toBase64 } from "../data/base64.js";
import { invalid, record } from "../data/check.js";
import { fromEarlier, isEarlier } from "../data/earlier-versions.js";
import { decodeLensData } from "../data/lens-data.js";
import { LENS_STATE_VERSION, type LensState } from "../data/lens-state.js";
import { decodeLensView } from "./lens-view.js";

/**
 * A whole lens as one JSON text: binary leaves become `{"base64": "…"}`. What an exported page carries.
 * `<` is written as an escape, so the text can stand inside a script element.
 */
export function packLens(state: LensState): string {
  return JSON.stringify(leaves(state)).replaceAll("<", "\\u003c");
}

/** @throws RangeError as `decodeLensData` and `decodeLensView`, or for a newer version */
export function unpackLens(json: string): LensState {
  const given = record(bytes(JSON.parse(json)), "lens");
  const { version } = given;
  if (!(Number.isInteger(version) && Number(version) >= 1 && Number(version) <= LENS_STATE_VERSION))
    throw invalid(
      "lens version",
      version,
      `1 to ${LENS_STATE_VERSION}; made by another version of colpali-lens`,
    );
  const current = isEarlier(given.data) ? fromEarlier(given) : given;
  const data = decodeLensData(current.data);
  return { version: LENS_STATE_VERSION, data, view: decodeLensView(data, current.view) };
}

function leaves(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return { base64: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  if (Array.isArray(value)) return value.map(leaves);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, leaves(v)]));
}

function bytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bytes);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.entries(value);
  if (keys.length === 1 && keys[0][0] === "base64" && typeof keys[0][1] === "string")
    return fromBase64(keys[0][1]);
  return Object.fromEntries(keys.map(([key, v]) => [key, bytes(v)]));
}
