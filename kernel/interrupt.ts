import { stopAlsoOn } from "../engine/stop-signal.js";
import { currentKernel } from "./jupyter/kernel.js";

// An interrupt of the cell stops all that the cell has asked for.
stopAlsoOn(() => currentKernel()?.signal);

export { stopSignal } from "../engine/stop-signal.js";
