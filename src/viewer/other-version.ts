/**
 * What to say of a lens that another version of the package has made; null where it is the same, or where it is not known.
 * @param made the version that the lens was made with
 * @param shown the version that shows it
 */
export function otherVersion(made: unknown, shown: string): string | null {
  if (typeof made !== "string" || made === "" || made === shown) return null;
  return `The kernel has colpali-lens ${made}, and what shows the lens is ${shown}. Where something looks wrong, install the same version in both places and reload the page.`;
}
