/**
 * A root that holds a bare Debian and a few packages, made by debootstrap, and programs that run in it as on a machine of its
 * own. Of the host it has Node, and the settings by which clients reach their registries: addresses, proxies, certificates.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { capture, step, Trouble } from "./report.mjs";

/** Settings of the network that programs take from their environment; nothing else of ours reaches the root. */
const NETWORK =
  /^((https?|no|all)_proxy|(REQUESTS|CURL)_CA_BUNDLE|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|PIP_(CERT|PROXY|INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|DEFAULT_TIMEOUT)|npm_config_(registry|cafile|proxy|https_proxy|noproxy))$/i;
/** Options of `unshare`: processes and mounts of its own, which end with the program, however it ends. */
const OWN = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const network = Object.entries(process.env).filter(([name, value]) => NETWORK.test(name) && value);

/**
 * @param {string[]} packages Debian packages beside the smallest system
 * @returns {Promise<{path: string, run: Function}>} the folder, which is deleted when this process ends, and what runs a
 *   script of bash in it: `run(script, options of capture)`
 */
export async function bareDebian(packages) {
  const release = await findDebian();
  const sources = await debianSources();
  const path = mkdtempSync(join(tmpdir(), "bare-debian-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  await step({
    name: "debootstrap",
    title: `making a root with a bare Debian (${release}), ${packages.join(", ")}`,
    command: "unshare",
    args: [
      ...OWN,
      "debootstrap",
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      release,
      path,
      ...sources
        .filter((source) => source.release === release)
        .map(({ site }) => site)
        .slice(0, 1),
    ],
    help: "Is Debian's mirror out of reach? Then run the same command again when it is back.",
  });
  const lines = sources.map((source) => `deb ${source.site} ${source.release} ${source.components}\n`);
  if (lines.length > 0) writeFileSync(join(path, "etc/apt/sources.list"), lines.join(""));
  await bringSettings(path);
  await bringNode(path);
  return {
    path,
    run: (script, options) => capture("unshare", inside(path, script), { minutes: 60, ...options }),
  };
}

/** @returns the release's name. @throws Trouble where there is no debootstrap and none can be had */
async function findDebian() {
  const [, id] = /^ID=(.*)$/m.exec(read("/etc/os-release")) ?? [];
  const [, release] = /^VERSION_CODENAME=(.*)$/m.exec(read("/etc/os-release")) ?? [];
  const elsewhere = "CI (.ci/run) is where it runs.";
  if (id !== "debian" || !release)
    throw new Trouble(`A bare Debian can be made on Debian only: ${elsewhere}`);
  if (process.getuid() !== 0) throw new Trouble(`A bare Debian can be made by root only: ${elsewhere}`);
  if ((await capture("unshare", [...OWN, "true"])).code !== 0)
    throw new Trouble(
      `A bare Debian needs mounts of its own, which this machine does not allow: ${elsewhere}`,
    );
  if ((await capture("debootstrap", ["--version"])).code !== 0)
    await aptInstall({
      name: "debootstrap-package",
      package: "debootstrap",
      help: `debootstrap makes the root, and could not be installed: ${elsewhere}`,
    });
  return release;
}

/** Where this machine gets Debian's own packages. */
async function debianSources() {
  const format = "$(SITE) $(RELEASE) $(COMPONENT)";
  const args = ["indextargets", "--format", format, "Created-By: Packages", "Origin: Debian"];
  const { code, output } = await capture("apt-get", args);
  const targets = code === 0 ? output.trim().split("\n").filter(Boolean) : [];
  return targets.map((line) => {
    const [site, release, components] = line.split(" ");
    return { site, release, components };
  });
}

/** What says where apt, npm and pip find their registries and whom they trust. */
async function bringSettings(path) {
  const bring = (from, to = from) => {
    if (!from || !existsSync(from)) return;
    mkdirSync(dirname(join(path, to)), { recursive: true });
    cpSync(from, join(path, to), { recursive: true, dereference: true });
  };
  const apt = await capture("apt-config", ["dump", "Acquire::http", "Acquire::https"]);
  writeFileSync(join(path, "etc/apt/apt.conf.d/90network"), apt.output);
  for (const file of ["/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"]) bring(file);
  for (const file of ["/etc/apt/auth.conf", "/etc/apt/auth.conf.d", "/etc/pip.conf"]) bring(file);
  for (const file of [".pip/pip.conf", ".config/pip/pip.conf"]) bring(join(homedir(), file), `/root/${file}`);
  const npmConfig = async (key) => (await capture("npm", ["config", "get", key], { cwd: "/" })).output.trim();
  bring(await npmConfig("userconfig"), "/root/.npmrc");
  bring(await npmConfig("globalconfig"), "/usr/local/etc/npmrc");
  for (const [, file] of network) if (existsSync(file) && statSync(file).isFile()) bring(file);
}

/** This machine's Node and npm, laid out as in Node's own archives. */
async function bringNode(path) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const program = folders.map((folder) => join(folder, "npm")).find(existsSync);
  const npm = program && dirname(dirname(realpathSync(program)));
  if (!npm || basename(npm) !== "npm")
    throw new Trouble("npm is missing: expected it on PATH, as it comes with Node");
  const local = join(path, "usr/local");
  cpSync(process.execPath, join(local, "bin/node"), { dereference: true });
  cpSync(npm, join(local, "lib/node_modules/npm"), { recursive: true });
  for (const name of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, "bin", name));
}

/** Arguments of `unshare`. Bash is the first process, and waits for those that lose their parents. */
function inside(path, script) {
  const env = {
    HOME: "/root",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    ...Object.fromEntries(network),
  };
  const mounts =
    "mount -t sysfs sysfs /sys && mount -t devpts devpts /dev/pts && mount -t tmpfs tmpfs /dev/shm";
  return [
    ...[...OWN, `--root=${path}`, "--wd=/root"],
    ...["env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    ...["bash", "-c", `${mounts} || exit 1\n${script}\nexit $?`],
  ];
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
