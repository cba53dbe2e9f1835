import type { FaultsView, RequestsView } from "../http/running-switch.ts";
import { computeBalance } from "../switch/balance.ts";
import { allProviders } from "../switch/inspect.ts";
import type { World } from "../switch/world.ts";
import { toPrintable } from "./printable.ts";

export interface SimulatorSnapshot {
  readonly url: string;
  readonly world: World;
  readonly requests: RequestsView;
  readonly faults: FaultsView;
}

/** Renders the simulator as plain-text tables. */
export function renderTables({ url, world, requests, faults }: SimulatorSnapshot): string {
  const { discrepancies, ...vouchers } = computeBalance(world);
  const injected = Object.entries(faults.injected.byKind);
  return [
    `Electrum simulator ${url}`,
    "",
    ...alignColumns([Object.keys(vouchers), Object.values(vouchers).map(String)]),
    ...discrepancies.map((line) => `! ${toPrintable(line)}`),
    "",
    ...alignColumns([
      ["provider", "condition", "queued", "received"],
      ...allProviders(world, 1).map(({ name, condition, queued, receivedCount }) => [
        name,
        condition.state,
        String(queued),
        String(receivedCount),
      ]),
    ]),
    "",
    `${requests.total} requests, ${faults.injected.total} faults${injected.map(([kind, count]) => ` · ${kind} ${count}`).join("")}`,
    ...alignColumns(
      requests.latest.map(({ at, user, operation, target, response, fault, durationMs }) => [
        new Date(at).toISOString().slice(11, 23),
        user,
        operation ?? target,
        response === undefined ? "no response" : String(response.status),
        `${durationMs} ms`,
        fault ?? "",
      ]),
    ),
    "",
  ].join("\n");
}

/** Makes each column as wide as its widest cell. Callers chose some of the texts, so that each is made printable. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(toPrintable));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
