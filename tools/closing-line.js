// Ends a run with the one line that programs look for: `node tools/closing-line.js results.json exit-status`.

import { readFileSync } from "node:fs";

/**
 * "N passed, N failed", from vitest's own report. A run that broke off, wrote no report, or failed outside its tests is never
 * called a success: it counts as one failure at least.
 *
 * @param {string} results vitest's JSON report; any other text if there is none
 * @param {number} exitStatus of the whole run
 * @returns {string}
 */
export function closingLine(results, exitStatus) {
  const report = fieldsOf(results);
  const passed = countOf(report.get("numPassedTests"));
  const failed = countOf(report.get("numFailedTests"));
  const succeeded = report.get("success") === true && passed > 0 && exitStatus === 0;
  return `${passed} passed, ${succeeded ? failed : Math.max(failed, 1)} failed`;
}

/**
 * @param {string} text
 * @returns {ReadonlyMap<string, unknown>}
 */
function fieldsOf(text) {
  try {
    /** @type {unknown} */
    const report = JSON.parse(text);
    return new Map(Object.entries(report ?? {}));
  } catch {
    return new Map();
  }
}

/** @param {unknown} value */
const countOf = (value) => (typeof value === "number" && Number.isInteger(value) ? value : 0);

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const [script, path = "", exitStatus = "1"] = process.argv.slice(1);
if (script === import.meta.filename) console.log(closingLine(textOf(path), Number(exitStatus)));
