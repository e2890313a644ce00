import type { Comms } from "./comms.js";

/** A front end tells by a comm of this target what a person has set: any object of JSON. */
const TARGET = "colpali-lens.settings";

/** What the person at the notebook has set in the front end, as it came last; empty where none has told. */
export class FrontEndSettings {
  #current: Readonly<Record<string, unknown>> = {};

  constructor(comms: Pick<Comms, "registerTarget">) {
    comms.registerTarget(TARGET, (comm) => {
      comm.onMessage = ({ data }) => {
        this.#current = data;
      };
    });
  }

  get current(): Readonly<Record<string, unknown>> {
    return this.#current;
  }
}
