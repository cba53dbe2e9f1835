import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldsOf, manifestOf } from "./manifest.ts";
import { workspaceRoot } from "./workspace.ts";
import { entriesOf, pack, type PackedPackage, publishableIn, staleFilesOf } from "./packed-package.ts";
import { runCommand } from "./run-command.ts";

// Packs each package as it would be published, lints it (publint, "are the types wrong?"), and smoke-tests it as a consumer would: an
// empty folder installs it, compiles against each of its entries, and runs.

const root = workspaceRoot();
const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-packages-"));
try {
  const packed = publishableIn(root).map((each) => pack(each, folder));
  for (const each of packed) lintPackage(each);
  smokeTest(packed);
  console.log(`${packed.length} packages packed, linted, installed and smoke-tested`);
} finally {
  rmSync(folder, { recursive: true });
}

function lintPackage(packed: PackedPackage): void {
  const stale = staleFilesOf(packed);
  if (stale.length > 0)
    throw new Error(`${packed.name} would publish what has no source any more: ${stale.join(", ")}`);
  runCommand("publint", ["run", packed.tarball, "--strict"], root);
  runCommand("attw", [packed.tarball, "--profile", "esm-only"], root);
}

/** Installs all of them in an empty folder, and runs the smallest use of the core and an import of every entry. */
function smokeTest(packed: readonly PackedPackage[]): void {
  const files = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const entries = packed.flatMap(entriesOf);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
  };
  write(
    "package.json",
    JSON.stringify({ private: true, type: "module", dependencies: { ...peersOf(packed), ...files } }),
  );
  // The packages name each other by version, and are not published yet.
  write("pnpm-workspace.yaml", `packages: []\noverrides: ${JSON.stringify(files)}\n`);
  write("every-entry.ts", entries.map((entry) => `import "${entry}";\n`).join(""));
  cpSync(join(root, "tools/consumer/smallest-use.ts"), join(folder, "smallest-use.ts"));
  runCommand("pnpm", ["install", "--prefer-offline"], folder);
  for (const module of ["nodenext", "preserve"]) {
    const sources = ["every-entry.ts", "smallest-use.ts"];
    runCommand("tsc", ["--strict", "--target", "es2024", "--module", module, "--outDir", folder, ...sources], folder);
    for (const source of sources) runCommand(process.execPath, [source.replace(".ts", ".js")], folder);
  }
}

/** What the packages' peers are here. A consumer of an entry that needs them has them, too. */
function peersOf(packed: readonly PackedPackage[]): Readonly<Record<string, unknown>> {
  const versions = fieldsOf(manifestOf(root).get("devDependencies"));
  const peers = packed.flatMap(({ folder: source }) => [
    ...fieldsOf(manifestOf(source).get("peerDependencies")).keys(),
  ]);
  return Object.fromEntries(peers.flatMap((name) => (versions.has(name) ? [[name, versions.get(name)]] : [])));
}
