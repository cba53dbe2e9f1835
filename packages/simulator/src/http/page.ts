import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import type { SwitchResponse } from "../switch/response.ts";

/** The page's sources, which the built simulator serves as well, but for its programs. */
const sources = new URL("../../src/page/", import.meta.url);

/** The page's programs, as the build made them; beside the sources there are none. */
const built = new URL("../page/", import.meta.url);

const readSource = (name: string): string => readFileSync(new URL(name, sources), "utf8");

function readProgram(name: "page" | "choices"): string {
  const program = new URL(`${name}.js`, built);
  if (existsSync(program)) return readFileSync(program, "utf8");
  // In a browser there are no types, and the build names what it makes `.js`.
  return stripTypeScriptTypes(readSource(`${name}.ts`)).replaceAll('.ts"', '.js"');
}

/** The file of the page at this path; `undefined` if there is none. */
export function pageResponse(path: string): SwitchResponse | undefined {
  switch (path) {
    case "/":
      return { status: 200, contentType: "text/html; charset=utf-8", body: readSource("page.html") };
    case "/page.css":
      return { status: 200, contentType: "text/css; charset=utf-8", body: readSource("page.css") };
    case "/page.js":
      return { status: 200, contentType: JAVASCRIPT, body: readProgram("page") };
    case "/choices.js":
      return { status: 200, contentType: JAVASCRIPT, body: readProgram("choices") };
    default:
      return undefined;
  }
}

const JAVASCRIPT = "text/javascript; charset=utf-8";

/** The page loads nothing from elsewhere, is shown in no frame, and runs no script but its own. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};
