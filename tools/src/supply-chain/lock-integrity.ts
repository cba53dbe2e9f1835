import type { Rule, RuleViolation } from "../workspace.ts";
import { LOCK_FILE, parseLockFile, readLockFile } from "./lock-file.ts";

// Whoever installs from the lock file gets the very bytes that were locked, from whatever registry the machine uses: each package has its
// SHA-512 and nothing else that says where it comes from. A Git commit, a URL or a local tarball has no registry's record.

const RULE = "lock-integrity";

/** Every violation in the workspace's lock file. */
export const lockIntegrity: Rule = ({ root }) => findUnproved(readLockFile(root));

export function findUnproved(text: string): readonly RuleViolation[] {
  const lines = text.split("\n");
  const violation = (line: number, message: string) => ({ rule: RULE, path: LOCK_FILE, line, message });
  const hosts = lines.flatMap((each, index) =>
    /[a-z]:\/\/|\bgit\+|\bgit@/.test(each) ? [violation(index + 1, "names a host")] : [],
  );
  const unproved = [...parseLockFile(text, () => []).resolutions].flatMap(([key, resolution]) => {
    const isProved = /^sha512-[A-Za-z0-9+/]{86}==$/.test(String(resolution.get("integrity"))) && resolution.size === 1;
    const line = lines.findIndex((each) => each.trim().replaceAll("'", "") === `${key}:`) + 1;
    return isProved ? [] : [violation(line, `${key} is not found by its name and its SHA-512 alone`)];
  });
  return [...hosts, ...unproved];
}
