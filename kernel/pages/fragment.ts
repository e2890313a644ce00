import { PageError } from "./error.js";

/** What PDF viewers take behind `#` (RFC 8118) that says how to look at a document, not at which pages. */
const VIEW_ONLY = new Set(
  "zoom view viewrect pagemode toolbar navpanes scrollbar statusbar messages search highlight comment".split(
    " ",
  ),
);

/**
 * Takes the page selection behind `#` off an address: `#3`, `#1-3,7`, or as PDF viewers write it, `#page=3`.
 * @param source an address or a path
 * @param exists whether a path without the part behind `#` is there; where it is not, `#` belongs to the name
 * @throws PageError for any other fragment
 */
export function splitFragment(
  source: string,
  exists: (name: string) => boolean = () => true,
): { name: string; pages?: string } {
  const at = source.lastIndexOf("#");
  if (at <= 0) return { name: source };
  const [name, written] = [source.slice(0, at), source.slice(at + 1)];
  if (written === "") return { name };
  if (!exists(name) && !isSelection(written)) return { name: source };
  const fragment = decode(written);
  if (isSelection(fragment)) return { name, pages: fragment };
  let pages: string | undefined;
  for (const part of fragment.split("&")) {
    const [key, value] = [part.split("=", 1)[0].toLowerCase(), part.slice(part.indexOf("=") + 1)];
    if (key === "page" && isSelection(value)) pages = value;
    else if (!VIEW_ONLY.has(key)) throw unknown(name, written);
  }
  return { name, pages };
}

const isSelection = (text: string): boolean => /^[\d\s,-]+$/.test(text);

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function unknown(name: string, fragment: string): PageError {
  return new PageError(
    `invalid page selection: #${fragment} of ${name}, expected for example ${name}#3, ${name}#1-3,7 or ${name}#page=3`,
  );
}
