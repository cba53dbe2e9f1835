// Plain JavaScript without newer syntax: it must run on a Node that is too old, to say so.

/** better-sqlite3 needs Node-API 10, and crashes the process on anything older. */
const OLDEST_NODE = [22, 14];

/**
 * What is wrong with a Node of this version, in one line; `undefined` if it will do.
 *
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function nodeFault(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `This needs Node ${oldestMajor}.${oldestMinor} or newer, and found Node ${version}: install a newer one from https://nodejs.org and run the command again.`;
}

/** Ends the process if its Node is too old. */
export function preflight() {
  const fault = nodeFault(process.versions.node);
  if (fault === undefined) return;
  console.error(fault);
  process.exit(1);
}
