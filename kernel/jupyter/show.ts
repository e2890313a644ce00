import { randomUUID } from "node:crypto";
import type { DisplayOptions } from "./kernel.js";
import type { Displayed } from "./mime.js";
import type { Session } from "./session.js";

/** Shows a value below the cell: the first step at once, each later one in the place of the one before it. */
export async function showSteps(
  session: Session,
  steps: AsyncIterable<Displayed>,
  options: DisplayOptions = {},
): Promise<void> {
  const { displayId = randomUUID() } = options;
  let { update } = options;
  for await (const shown of steps) {
    publishShown(session, shown, { ...options, displayId, update });
    update = true;
  }
}

export function publishShown(
  session: Session,
  { data, metadata: own }: Displayed,
  { displayId, update, metadata = {} }: DisplayOptions = {},
): void {
  session.publish(update ? "update_display_data" : "display_data", {
    data,
    metadata: { ...own, ...metadata },
    transient: displayId === undefined ? {} : { display_id: displayId },
  });
}
