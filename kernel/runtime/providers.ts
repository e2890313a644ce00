import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildOnnx } from "../../engine/graphs/onnx-build.js";
import { ModelError } from "../../engine/model-error.js";
import type { Provider } from "../../engine/runtime.js";
import { bindingFile } from "./cuda.js";
import { cuda } from "./cuda-where-there-is-a-card.js";
import { hasDevice, NVIDIA_DEVICES } from "./devices.js";
import { openGraph } from "./node-graph.js";
import { listSupportedBackends } from "./onnxruntime.js";
import { canLoad } from "./shared-library.js";

export const PROVIDERS: readonly Provider[] = ["cuda", "webgpu", "dml", "coreml", "cpu"];

/** Whether a provider works on this machine, found by using it. */
export interface ProviderState {
  provider: Provider;
  works: boolean;
  /** Milliseconds of one product of two 1024 x 1024 matrices, or null if it does not work. */
  milliseconds: number | null;
  /** Why it does not work and what would help; "" if it works. */
  reason: string;
}

const states = new Map<Provider, Promise<ProviderState>>();

/** Tries every provider once in the life of the process. */
export async function providersReport(): Promise<ProviderState[]> {
  const report: ProviderState[] = [];
  for (const provider of PROVIDERS) report.push(await probe(provider));
  return report;
}

export interface ProviderChoice {
  /** What to use: first choice first, the CPU last. */
  order: Provider[];
  /** Set when something else than what was asked for is used. */
  warning: string | null;
}

/**
 * Providers to try for a request. "auto" is the fastest that works, by measurement; any other falls back to the CPU with a
 * warning if it does not work here.
 * @throws ModelError for an unknown name
 */
export async function chooseProvider(
  requested: Provider | "auto",
  look: (provider: Provider) => Promise<ProviderState> = probe,
): Promise<ProviderChoice> {
  if (requested === "cpu") return { order: ["cpu"], warning: null };
  if (requested === "auto") {
    const working: ProviderState[] = [];
    for (const provider of PROVIDERS) {
      if (provider === "cpu") continue;
      const state = await look(provider);
      if (state.works) working.push(state);
    }
    if (working.length === 0) return { order: ["cpu"], warning: null };
    const cpu = (await look("cpu")).milliseconds ?? Number.POSITIVE_INFINITY;
    const faster = working
      .filter((s) => s.milliseconds! < cpu)
      .sort((a, b) => a.milliseconds! - b.milliseconds!);
    return { order: [...faster.map((s) => s.provider), "cpu"], warning: null };
  }
  if (!PROVIDERS.includes(requested))
    throw new ModelError(`invalid provider: ${requested}, expected auto, ${PROVIDERS.join(", ")}`);
  const { works, reason } = await look(requested);
  if (works) return { order: [requested, "cpu"], warning: null };
  return {
    order: ["cpu"],
    warning: `execution provider ${requested} does not work here, using cpu instead: ${reason}`,
  };
}

const probe = (provider: Provider): Promise<ProviderState> => {
  let state = states.get(provider);
  if (!state) {
    state = tryProvider(provider);
    states.set(provider, state);
  }
  return state;
};

async function tryProvider(provider: Provider): Promise<ProviderState> {
  const failed = (reason: string): ProviderState => ({ provider, works: false, milliseconds: null, reason });
  const missing = missingParts(provider);
  if (missing) return failed(missing);
  try {
    return { provider, works: true, milliseconds: await measure(provider), reason: "" };
  } catch (error) {
    return failed(shorten((error as Error).message));
  }
}

/** What can be known without trying: trying prints the runtime's own errors, and costs a second where there is no GPU. */
function missingParts(provider: Provider): string | null {
  const { platform, arch } = process;
  // onnxruntime-node drops an unknown provider silently, so it must not get that far.
  const supported = listSupportedBackends().map((b) => b.name as string);
  if (!supported.includes(provider)) return `not in onnxruntime-node for ${platform} ${arch}`;
  if (provider === "cuda" && platform === "linux") return missingCuda();
  if (provider === "webgpu" && platform === "linux") {
    const named = process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES;
    if (!named && !hasDevice([...NVIDIA_DEVICES, "dri"]))
      return "no GPU device (/dev/dri, /dev/nvidia0): is a driver installed, and is the device passed into the container?";
    if (!canLoad(VULKAN))
      return `the Vulkan loader (${VULKAN}) is missing: install it, on Debian and Ubuntu with "apt install libvulkan1 mesa-vulkan-drivers"`;
  }
  return null;
}

/** Each missing part with what to do about it. */
function missingCuda(): string | null {
  // As onnxruntime-node's own installer leaves it.
  const beside = existsSync(join(dirname(bindingFile()), "libonnxruntime_providers_cuda.so"));
  const missing = beside ? [] : [...(cuda?.parts.missing ?? [])];
  if (cuda?.failure) missing.push(cuda.failure);
  if (!hasDevice(NVIDIA_DEVICES))
    missing.push(
      "no NVIDIA device (/dev/nvidia0): is the driver installed, and is the device passed into the container?",
    );
  else if (!canLoad("libcuda.so.1"))
    missing.push(
      "the driver's library (libcuda.so.1) is missing: install NVIDIA's driver, and start a container with its GPUs",
    );
  return missing.length > 0 ? missing.join("; ") : null;
}

/** As the runtime asks for it. */
const VULKAN = "libvulkan.so.1";

/** One product of this size is far below a second even on a processor, and tells a software GPU from a real one. */
const SMALL = 512;
/** Long enough that copying to a GPU and back weighs little. */
const LARGE = 1024;
const PRODUCTS = 4;

async function measure(provider: Provider): Promise<number> {
  const small = await timeProducts(provider, SMALL, 1);
  if (small > 20) return small * (LARGE / SMALL) ** 3;
  return (await timeProducts(provider, LARGE, PRODUCTS)) / PRODUCTS;
}

/** @throws Error if the provider fails or gives wrong numbers */
async function timeProducts(provider: Provider, side: number, products: number): Promise<number> {
  const names = ["a", ...Array.from({ length: products }, (_, i) => `c${i}`)];
  const result = names[products];
  const value = (name: string) => ({ name, type: "float32" as const, shape: [side, side] });
  const graph = await openGraph(
    buildOnnx({
      nodes: names.slice(1).map((out, i) => ({ op: "MatMul", inputs: [names[i], "b"], outputs: [out] })),
      inputs: [value("a"), value("b")],
      outputs: [value(result)],
    }),
    provider,
  );
  try {
    // a[i][k] = i + 1 and b[k][j] = 2 (j + 1) / side (side + 1), in units of 1 / side: every product is (i + 1) 2 (j + 1) / (side + 1).
    const fill = (at: (row: number, column: number) => number) => ({
      type: "float32" as const,
      data: Float32Array.from({ length: side * side }, (_, k) => at(Math.floor(k / side), k % side)),
      shape: [side, side],
    });
    const feeds = { a: fill((i) => (i + 1) / side), b: fill((_, j) => (2 * (j + 1)) / (side * (side + 1))) };
    let best = Number.POSITIVE_INFINITY;
    // The first run compiles; a provider this slow needs no third.
    for (let run = 0; run < (best > 200 ? 2 : 3); run++) {
      const start = performance.now();
      const { data } = (await graph.run(feeds))[result];
      best = Math.min(best, performance.now() - start);
      for (const [i, j] of [
        [0, 0],
        [1, side - 1],
        [side - 1, 2],
      ]) {
        const expected = ((i + 1) * 2 * (j + 1)) / (side * (side + 1));
        const got = data[i * side + j];
        if (!(Math.abs(got - expected) <= 0.01 * expected))
          throw new Error(`gives wrong numbers (${got} instead of ${expected})`);
      }
    }
    return best;
  } finally {
    await graph.dispose();
  }
}

/** The runtime's messages begin with source paths and signatures; what happened comes last. */
function shorten(message: string): string {
  const last = message.split(/ was false\. |::<lambda\(\)> /).at(-1) ?? message;
  return last.replace(/\s+/g, " ").trim().slice(0, 300);
}
