import { type Page, type Provenance, type Query, sharedName } from "../../core/index.js";
import type { Model } from "../../kernel/hub/load-model.js";
import { manifest } from "../../kernel/package.js";

/** Everything needed to make the same numbers again. */
export function provenance(model: Model, page: Page, query: Query): Provenance {
  const { id, revision, family, weights, dtype, dim, processor, domainFrom } = model.info;
  const size = model.pageSize(page);
  return {
    model: {
      id,
      revision,
      family,
      weights,
      dtype,
      dim,
      profile: model.profile,
      provider: model.provider,
      domain: domainFrom,
    },
    processor: { ...processor, ...size },
    page: {
      file: sharedName(page.source.file),
      number: page.source.number,
      sha256: page.sha256,
      width: page.width,
      height: page.height,
      dpi: page.source.dpi,
      renderer: page.source.renderer,
    },
    query: { text: query.text, ids: query.tokens.map((t) => t.id) },
    versions: {
      [manifest.name]: manifest.version,
      "onnxruntime-node": manifest.dependencies["onnxruntime-node"],
      "@huggingface/tokenizers": manifest.dependencies["@huggingface/tokenizers"],
      node: process.versions.node,
    },
    date: new Date().toISOString(),
  };
}
