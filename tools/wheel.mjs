/** `npm run wheel`: sets the clone up where needed and writes the wheel for this platform into `.cache/dist`. */
import { join } from "node:path";
import { root, run, say, step } from "./report.mjs";
import { environment, python, setup } from "./setup.mjs";

await run(async () => {
  await setup({ tests: true });
  const folder = join(root, ".cache", "dist");
  const args = ["-m", "build", "--wheel", "--no-isolation", "--outdir", folder, root];
  const output = await step({
    name: "wheel",
    title: "building the wheel",
    command: python,
    args,
    env: environment(),
  });
  const [, file] = /Successfully built (\S+)/.exec(output) ?? [];
  say(join(folder, file ?? ""));
  return 0;
});
