import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { manifestOf } from "../manifest.ts";
import { runCommand } from "../run-command.ts";
import { workspaceRoot } from "../workspace.ts";

/**
 * The environment of a user with an empty home folder: none of this machine's settings for npm and pnpm, and none of what a
 * script of pnpm's adds. Node is the one that runs this, and pnpm is on the PATH.
 */
export function environmentIn(home: string): NodeJS.ProcessEnv {
  mkdirSync(home, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => !/^(p?npm_|xdg_|.*_proxy$)/i.test(name));
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, PATH: pathWithPnpm() };
}

function pathWithPnpm(): string {
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const shell = process.platform === "win32";
  if (spawnSync("pnpm", ["--version"], { shell }).status === 0) return path;
  // The tests were started without pnpm. npx has it in its cache, since that is how the README starts it.
  const pnpm = String(manifestOf(workspaceRoot()).get("packageManager"));
  const found = runCommand(
    "npx",
    ["--yes", "--package", pnpm, "--", "node", "-p", "process.env.PATH"],
    workspaceRoot(),
  );
  return [dirname(process.execPath), found.trim()].join(delimiter);
}
