import { defaultView } from "../../core/index.js";
import { openingView } from "../../kernel/api/opening-view.js";
import { type CommHandler, Comms } from "../../kernel/jupyter/comms.js";
import { FrontEndSettings } from "../../kernel/jupyter/front-end-settings.js";
import { type KernelApi, setCurrentKernel } from "../../kernel/jupyter/kernel.js";
import { lensData } from "../core/example.js";

const data = lensData();

/** A kernel to which a front end has sent these. */
function told(...messages: Record<string, unknown>[]): void {
  let handler: CommHandler = () => {};
  const settings = new FrontEndSettings({
    registerTarget: (target, take) => {
      expect(target).toBe("colpali-lens.settings");
      handler = take;
      return () => {};
    },
  });
  const comm = new Comms(() => {}).openComm("colpali-lens.settings");
  handler(comm, { data: {}, metadata: {}, buffers: [] });
  for (const message of messages) comm.onMessage({ data: message, metadata: {}, buffers: [] });
  setCurrentKernel({
    version: 1,
    get settings() {
      return settings.current;
    },
  } as KernelApi);
}
afterEach(() => setCurrentKernel(null));

test("a new lens opens as the person has set it, last of all; without settings in its own way", () => {
  expect(openingView(data)).toEqual(defaultView(data));
  told({ view: { color: { palette: "mako" } } }, { view: { color: { palette: "magma" }, scope: "all" } });
  const usual = defaultView(data);
  expect(openingView(data)).toEqual({
    ...usual,
    scope: "all",
    color: { ...usual.color, palette: "magma" },
  });
  told();
  expect(openingView(data)).toEqual(usual);
});

test("settings of another version that cannot be are left out, and said", () => {
  const warn = jest.spyOn(console, "warn").mockReturnValue();
  told({ view: { color: { palette: "jet" } } });
  expect(openingView(data)).toEqual(defaultView(data));
  expect(warn.mock.calls[0][0]).toMatch(
    /^the settings of ColPali Lens are not used: invalid view\.color\.palette: "jet"/,
  );
  told({ view: 3 });
  expect(openingView(data)).toEqual(defaultView(data));
});
