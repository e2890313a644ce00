import { entries, finite, integer, list, orNull, record, text } from "./check.js";
import { LENS_LIMITS } from "./lens-limits.js";
import { sharedReference } from "./shared-name.js";
import type { Provenance } from "./vocabulary.js";

/** What a lens says of its origin, checked, and without the paths and addresses that earlier versions wrote in full. */
export function decodeProvenance(raw: unknown, name: string): Provenance {
  const given = record(raw, name);
  const part = (key: string) => record(given[key], `${name}.${key}`);
  const [model, processor, source, asked] = [part("model"), part("processor"), part("page"), part("query")];
  const words = (from: Record<string, unknown>, of: string, key: string) =>
    text(from[key], `${name}.${of}.${key}`, 1_000);
  const size = (from: Record<string, unknown>, of: string, key: string) =>
    integer(from[key], `${name}.${of}.${key}`, 1, 1_000_000);
  return {
    model: {
      id: sharedReference(words(model, "model", "id")),
      revision: orNull(model.revision, () => words(model, "model", "revision")),
      family: words(model, "model", "family"),
      weights: entries(model.weights, `${name}.model.weights`, 100, (v, n) => text(v, n, 300)),
      dtype: words(model, "model", "dtype"),
      dim: size(model, "model", "dim"),
      profile: words(model, "model", "profile"),
      provider: words(model, "model", "provider"),
      ...(model.domain === "measured" || model.domain === "assumed" ? { domain: model.domain } : {}),
    },
    processor: {
      width: size(processor, "processor", "width"),
      height: size(processor, "processor", "height"),
      resample: words(processor, "processor", "resample"),
      backend: words(processor, "processor", "backend"),
    },
    page: {
      file: sharedReference(words(source, "page", "file")),
      number: size(source, "page", "number"),
      sha256: words(source, "page", "sha256"),
      width: size(source, "page", "width"),
      height: size(source, "page", "height"),
      dpi: orNull(source.dpi, (v) => finite(v, `${name}.page.dpi`, 1, 100_000)),
      renderer: words(source, "page", "renderer"),
    },
    query: {
      text: text(asked.text, `${name}.query.text`, 100_000),
      ids: list(asked.ids, `${name}.query.ids`, [0, LENS_LIMITS.tokens], (v, n) =>
        integer(v, n, 0, 0x7fffffff),
      ),
    },
    versions: entries(given.versions, `${name}.versions`, 100, (v, n) => text(v, n, 300)),
    date: text(given.date, `${name}.date`, 40),
  };
}
