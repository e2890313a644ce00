import type { Scene } from "../scene/scene.js";

/** `report-p3-peak-load.svg`: from document, page and query, in characters that every file system takes. */
export function fileName({ page, explanation }: Scene, ending: string): string {
  const plain = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const document = plain(page.name.replace(/^.*[\\/]/, "").replace(/\.\w+$/, "")).slice(0, 60);
  const query = plain(explanation.query.text).slice(0, 40);
  return `${[document, `p${page.number}`, query].filter(Boolean).join("-")}.${ending}`;
}
