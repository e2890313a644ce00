import { type Page, type Provenance, type Query, sharedName } from "../../core/index.js";
import type { Model } from "./model.js";

/**
 * Everything needed to make the same numbers again.
 * @param sha256 of the page
 */
export function provenance(model: Model, page: Page, sha256: string, query: Query): Provenance {
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
      sha256,
      width: page.width,
      height: page.height,
      dpi: page.source.dpi,
      renderer: page.source.renderer,
    },
    query: { text: query.text, ids: query.tokens.map((t) => t.id) },
    versions: { ...model.versions },
    date: new Date().toISOString(),
  };
}
