import { chmodSync, chownSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { connectionsOf } from "./connections.ts";
import { differences, type Ledger } from "./ledger.ts";
import { startNeighbour } from "./neighbour.ts";
import { closed, commitAll, committing, differencesInFile, opened, writeFile } from "./outbox.ts";
import { at, type Outcome, together } from "./outcome.ts";

/** The file, then its folder, may be read and not be written. */
export async function readOnly(folder: string, ledger: Ledger): Promise<Outcome> {
  const path = join(folder, "till.db");
  await writeFile(path, ledger);
  return together([
    await notWritable(path, path, 0o400, ledger),
    await notWritable(path, folder, 0o500, ledger),
    await turnedReadOnly(join(folder, "later.db"), ledger),
  ]);
}

/** Root may write everything: whoever opens the file is nobody. */
const NOBODY = 65_534;

async function notWritable(path: string, what: string, mode: number, ledger: Ledger): Promise<Outcome> {
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const before = statSync(what).mode;
  if (user !== undefined) for (const each of [path, dirname(path)]) chownSync(each, user, user);
  chmodSync(what, mode);
  const neighbour = await startNeighbour("open", path, user);
  await neighbour.leave();
  chmodSync(what, before);
  const failures = neighbour.said === "readOnly" ? [] : [`it is called ${neighbour.said}`];
  return {
    points: 1,
    failures: at(`with mode ${mode.toString(8)}`, [...failures, ...(await differencesInFile(path, ledger))]),
  };
}

/** A file that can no longer be written, while it is open. */
async function turnedReadOnly(path: string, ledger: Ledger): Promise<Outcome> {
  const { opened: outbox, connections } = connectionsOf(() => opened(path));
  const [before, after] = [ledger.slice(0, ledger.length / 2), ledger.slice(ledger.length / 2)];
  await commitAll(outbox, before);
  for (const connection of connections) connection.pragma("query_only = ON");
  const failures: string[] = [];
  for (const change of after.slice(0, 3)) {
    const error = await committing(outbox, change);
    if (error?.type !== "unavailable" || error.reason !== "readOnly")
      failures.push(`a write is ${error?.type ?? "done"}`);
  }
  failures.push(...(await differences(outbox, before)));
  for (const connection of connections) connection.pragma("query_only = OFF");
  await commitAll(outbox, after);
  await closed(outbox);
  return { points: 3, failures: at("turned read-only", [...failures, ...(await differencesInFile(path, ledger))]) };
}
