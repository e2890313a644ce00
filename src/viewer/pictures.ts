import type { LensPage } from "../../core/index.js";

/** Object URLs of page pictures: one for each picture, as long as it is shown. */
export interface Pictures {
  url(page: LensPage): string;
  /** Lets go of the pictures of all other pages. */
  keep(pages: readonly LensPage[]): void;
  dispose(): void;
}

export function createPictures(): Pictures {
  const urls = new Map<Uint8Array, string>();
  function keep(pages: readonly LensPage[]): void {
    const kept = new Set(pages.map(({ picture }) => picture.data));
    for (const [data, url] of urls) {
      if (kept.has(data)) continue;
      URL.revokeObjectURL(url);
      urls.delete(data);
    }
  }
  return {
    url({ picture }) {
      const url = urls.get(picture.data);
      if (url) return url;
      const created = URL.createObjectURL(new Blob([picture.data as BlobPart], { type: picture.mime }));
      urls.set(picture.data, created);
      return created;
    },
    keep,
    dispose: () => keep([]),
  };
}
