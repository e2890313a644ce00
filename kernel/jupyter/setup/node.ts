/** The kernel runs on this major version of Node or a later one: it loads cells through hooks that older ones do not have. */
export const KERNEL_NODE = 24;

/**
 * What to tell a person whose Node cannot run the kernel, or null when it can.
 * @param version as Node says it, "v24.1.0"
 * @param file the program
 */
export function nodeProblem(version: string, file: string): string | null {
  if (Number.parseInt(version.replace(/^v/, ""), 10) >= KERNEL_NODE) return null;
  return `invalid Node.js: ${version} at ${file}, expected ${KERNEL_NODE} or later for the notebook kernel: install it, and name it with "colpali-lens install --node FILE"`;
}
