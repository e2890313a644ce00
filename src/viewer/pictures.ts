import type { LensPage } from "../../core/index.js";

/** Object URLs of page pictures, one each, until they are let go. */
export interface Pictures {
  url(page: LensPage): string;
  dispose(): void;
}

export function createPictures(): Pictures {
  const urls = new Map<Uint8Array, string>();
  return {
    url({ picture }) {
      const known = urls.get(picture.data);
      if (known) return known;
      const made = URL.createObjectURL(new Blob([picture.data as BlobPart], { type: picture.mime }));
      urls.set(picture.data, made);
      return made;
    },
    dispose() {
      for (const url of urls.values()) URL.revokeObjectURL(url);
      urls.clear();
    },
  };
}
