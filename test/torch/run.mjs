/**
 * Runs the tests of the Python package over models of torch, in an environment of their own, `.cache/torch`: some 1.5 GB, made
 * once. What the clone's own environment has is found there, too. The last line is the sum, "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture, root, run, step } from "../../tools/report.mjs";
import { python as base } from "../../tools/setup.mjs";

const CPU_BUILDS = "https://download.pytorch.org/whl/cpu";
const here = join(root, "test", "torch");
const venv = join(root, ".cache", "torch");
const python = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
const stamp = join(venv, ".stamp");

await run(async () => {
  await install();
  const args = ["-B", join(root, "test", "python", "run.py"), here, ...process.argv.slice(2)];
  return spawnSync(python, args, { cwd: root, stdio: "inherit" }).status ?? 1;
});

async function install() {
  const list = join(here, "requirements.txt");
  const wanted = `${venv}\n${readFileSync(list, "utf8")}`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step({
    name: "torch-venv",
    title: "creating .cache/torch",
    command: base,
    args: ["-m", "venv", "--clear", venv],
  });
  const index = (await isThere(CPU_BUILDS)) ? ["--extra-index-url", CPU_BUILDS] : [];
  await step({
    name: "torch",
    title: "installing torch and colpali-engine into .cache/torch",
    command: python,
    args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...index, "-r", list],
    help: "torch could not be installed: is the Python package index out of reach, or the disk full (1.5 GB, and several more where it is the build for CUDA)? All other suites run without it.",
  });
  const packages = async (interpreter) =>
    (
      await capture(interpreter, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    ).output.trim();
  const found = [join(root, "python"), await packages(base)];
  writeFileSync(join(await packages(python), "colpali-lens.pth"), `${found.join("\n")}\n`);
  // Runs in every notebook of this environment: a torchvision made for CUDA does not go with the torch that is not.
  const startup = join(venv, "etc", "ipython", "startup");
  mkdirSync(startup, { recursive: true });
  copyFileSync(join(root, "test", "fixtures", "generators", "tvshim.py"), join(startup, "tvshim.py"));
  writeFileSync(stamp, wanted);
}

async function isThere(url) {
  try {
    return (await fetch(`${url}/torch/`, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}
