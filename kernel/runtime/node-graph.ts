import { basename } from "node:path";
import { ModelError, ProviderError } from "../../engine/model-error.js";
import type { FloatTensor, Graph, Provider, ValueInfo } from "../../engine/runtime.js";
import { InferenceSession, Tensor } from "./onnxruntime.js";

/** A graph that was edited: its bytes, the name that messages give it, and the folder of the weights that it has in files. */
export interface EditedGraph {
  bytes: Uint8Array;
  name: string;
  folder: string;
}

/**
 * @param source path of an ONNX file, its bytes, or those of an edited one
 * @param threads on the CPU; all cores when left out
 * @param keepsFloat16 weights of float16 are widened on the CPU each time they are needed, not once for all when the graph is opened:
 *   less memory, and a little more work
 */
export async function openGraph(
  source: string | Uint8Array | EditedGraph,
  provider: Provider,
  threads?: number,
  keepsFloat16 = false,
): Promise<Graph> {
  const edited = typeof source === "object" && "folder" in source ? source : null;
  const file = edited?.bytes ?? (source as string | Uint8Array);
  const name = edited?.name ?? (typeof source === "string" ? basename(source) : "built-in graph");
  const options: InferenceSession.SessionOptions = {
    executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
    logSeverityLevel: 3,
    // The second run of a shape would get one block for all that the first one needed at its peak, beside what that one left.
    enableMemPattern: false,
    ...(threads ? { intraOpNumThreads: threads } : {}),
    extra: {
      ...(edited && { session: { model_external_initializers_file_folder_path: edited.folder } }),
      ...(keepsFloat16 && { optimization: { disable_specified_optimizers: WIDENING } }),
    },
  };
  const session =
    typeof file === "string"
      ? await InferenceSession.create(file, options)
      : await InferenceSession.create(file, options);
  return {
    name,
    provider,
    inputs: session.inputMetadata.map(valueInfo),
    outputs: session.outputMetadata.map(valueInfo),
    async run(feeds, outputs = [session.outputNames[0]], signal) {
      signal?.throwIfAborted();
      const tensors: Record<string, Tensor> = {};
      for (const input of session.inputNames) {
        const feed = feeds[input];
        if (!feed) throw new ModelError(`invalid input of ${name}: ${input} is missing`);
        tensors[input] = new Tensor(feed.type, feed.data as Float32Array, feed.shape) as Tensor;
      }
      let results: InferenceSession.OnnxValueMapType;
      try {
        results = await session.run(tensors, outputs);
      } catch (error) {
        const given = session.inputNames.map((i) => `${i} [${feeds[i].shape.join(", ")}]`).join(", ");
        throw new ProviderError(`${name} failed on ${given} (${provider}): ${(error as Error).message}`, {
          cause: error,
        });
      }
      return Object.fromEntries(outputs.map((o) => [o, floatTensor(name, results[o] as Tensor)]));
    },
    dispose: () => session.release(),
  };
}

/** The runtime's steps that make float32 of constants of float16. */
const WIDENING = "ConstantFolding;FuseFp16InitializerToFp32NodeTransformer";

function valueInfo(meta: InferenceSession.ValueMetadata): ValueInfo {
  return meta.isTensor
    ? { name: meta.name, type: meta.type, shape: [...meta.shape] }
    : { name: meta.name, type: "not a tensor", shape: [] };
}

function floatTensor(graph: string, tensor: Tensor): FloatTensor {
  const shape = [...tensor.dims];
  if (tensor.type === "float32") return { data: tensor.data as Float32Array, shape };
  if (tensor.type === "float16") return { data: widen(tensor.data), shape };
  throw new ModelError(`invalid output of ${graph}: ${tensor.type}, expected float32 or float16`);
}

/** IEEE 754 binary16 to binary32, by a table of all 65,536 values. */
let halves: Float32Array | undefined;

function widen(data: Tensor["data"]): Float32Array {
  const bytes = data as Uint16Array;
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length);
  halves ??= Float32Array.from({ length: 65536 }, (_, h) => {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  });
  const table = halves;
  return Float32Array.from(bits, (h) => table[h]);
}
