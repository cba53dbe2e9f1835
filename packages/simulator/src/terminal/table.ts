import type { FaultsView, RequestsView } from "../http/running-switch.ts";
import { balance } from "../switch/balance.ts";
import { allProviders } from "../switch/inspect.ts";
import type { World } from "../switch/world.ts";

export interface Picture {
  readonly url: string;
  readonly world: World;
  readonly requests: RequestsView;
  readonly faults: FaultsView;
}

/** The simulator as a few plain-text tables. */
export function table({ url, world, requests, faults }: Picture): string {
  const { discrepancies, ...vouchers } = balance(world);
  const fired = Object.entries(faults.fired.byKind);
  return [
    `Electrum simulator ${url}`,
    "",
    ...columns([Object.keys(vouchers), Object.values(vouchers).map(String)]),
    ...discrepancies.map((line) => `! ${line}`),
    "",
    ...columns([
      ["provider", "condition", "queued", "received"],
      ...allProviders(world, 1).map(({ name, condition, queued, received }) => [
        name,
        condition.state,
        String(queued),
        String(received),
      ]),
    ]),
    "",
    `${requests.total} requests, ${faults.fired.total} faults${fired.map(([kind, count]) => ` · ${kind} ${count}`).join("")}`,
    ...columns(
      requests.latest.map(({ at, user, operation, target, answer, fault, tookMs }) => [
        new Date(at).toISOString().slice(11, 23),
        user,
        operation ?? target,
        answer === undefined ? "no answer" : String(answer.status),
        `${tookMs} ms`,
        fault ?? "",
      ]),
    ),
    "",
  ].join("\n");
}

/** Each column as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
