const EXTENSIONS = [".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"];
/** What systems and programs put beside documents: hidden files, macOS's `._name`, Office's `~$name`. */
const NOT_CHOSEN = /^(\.|~\$)/;

/** Whether a file is taken for a document by its name, where nobody opened it: in a folder, or in a list of files. */
export function isDocumentName(path: string): boolean {
  const name = path.replace(/^.*[\\/]/s, "").toLowerCase();
  return !NOT_CHOSEN.test(name) && EXTENSIONS.some((end) => name.endsWith(end));
}
