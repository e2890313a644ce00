import { type CudaParts, findCuda, useCuda } from "./cuda.js";
import { hasDevice, NVIDIA_DEVICES } from "./devices.js";

/** What was found, and why it is not used; null where nothing was looked for. */
export const cuda: { parts: CudaParts; failure: string | null } | null = look();

// Without a card the runtime of the package does all that the other one would.
function look(): typeof cuda {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const parts = findCuda();
  const { runtime, missing } = parts;
  if (!runtime || missing.length > 0 || !hasDevice(NVIDIA_DEVICES)) return { parts, failure: null };
  try {
    useCuda({ ...parts, runtime });
    return { parts, failure: null };
  } catch (error) {
    return { parts, failure: (error as Error).message };
  }
}
