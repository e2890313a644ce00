/** onnxruntime-node, with CUDA where there is a card and pip has brought what it needs; import it from nowhere else. */
import "./cuda-where-there-is-a-card.js";

export { InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
