import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { manifest, packageRoot } from "../package.js";

/**
 * `colpali-lens` and `tslab` are always the running ones; what the notebook's folder does not have may come from the
 * packages of the kernel. A `require` resolves from its own module whatever a hook says, so that its answer is made here.
 */
export function resolveFromKernelToo(): void {
  const own = pathToFileURL(join(packageRoot, "package.json")).href;
  const kernelRequire = createRequire(own);
  // Resolving from the kernel comes back to these hooks.
  let asking = false;
  const fromKernelRequire = (specifier: string) => {
    asking = true;
    try {
      return { url: pathToFileURL(kernelRequire.resolve(specifier)).href, shortCircuit: true };
    } finally {
      asking = false;
    }
  };
  const missing = ["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"];
  const typescript = pathToFileURL(kernelRequire.resolve("typescript")).href;
  const running = new Set([manifest.name, "tslab"]);
  registerHooks({
    resolve(specifier, context, next) {
      const fromKernel = () =>
        context.conditions?.includes("import")
          ? next(specifier, { ...context, parentURL: own })
          : fromKernelRequire(specifier);
      if (asking) return next(specifier, context);
      // tslab needs only the scanner of its own TypeScript: one compiler in memory is enough.
      if (specifier === "@tslab/typescript-for-tslab") return { url: typescript, shortCircuit: true };
      if (running.has(specifier) || specifier.startsWith(`${manifest.name}/`)) return fromKernel();
      try {
        return next(specifier, context);
      } catch (error) {
        const bare = !/^(\.|\/|[a-z]+:)/i.test(specifier);
        if (!bare || !missing.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
        try {
          return fromKernel();
        } catch {
          throw error;
        }
      }
    },
  });
}
