/** Installs a package of Debian's own, as root. */
import { step } from "./report.mjs";

const env = { DEBIAN_FRONTEND: "noninteractive" };

/** @param {{name: string, package: string, help?: string}} options `name` of the log file. @throws Trouble that ends in `help` */
export async function aptInstall({ name, package: wanted, help }) {
  await step({
    name: "apt",
    title: "refreshing Debian's package list",
    command: "apt-get",
    args: ["update"],
    env,
  });
  await step({
    name,
    title: `installing ${wanted}`,
    command: "apt-get",
    args: ["install", "-y", "--no-install-recommends", wanted],
    env,
    help,
  });
}
