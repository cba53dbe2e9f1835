import { execFile, spawnSync } from "node:child_process";

/** More than any tool here prints. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a command that is on the PATH, and gives its output. If it fails, the error has all of its output. */
export function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  // Windows finds `pnpm.cmd` and the like only through its shell.
  const shell = process.platform === "win32";
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    shell,
    encoding: "utf8",
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error });
}

/** As {@link runCommand}, without blocking. */
export const runCommandAsync = (
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const shell = process.platform === "win32";
    const options = { cwd, shell, env, encoding: "utf8", maxBuffer: MAX_OUTPUT_BYTES } as const;
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error }));
    });
  });
