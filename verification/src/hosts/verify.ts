import { parseArgs } from "node:util";
import { canStartServer, startPostgresServer } from "postgres-server";
import { parseWholeNumber } from "../options.ts";
import type { Report } from "../report.ts";
import { type HostsRun, runHosts } from "./hosts-run.ts";

const ROUND_KILLS = 12;

/**
 * Till processes of several hosts on one PostgreSQL, with the simulator over HTTP: killed, stalled, with clocks that differ, while the server
 * crashes and cuts connections. It goes on, in rounds on new schemas, until there were so many of each. `--kills N`, `--crashes N` and
 * `--cuts N` give the numbers, `--seed S` the seed of the moments.
 */
export async function verifyHosts(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options });
  const wanted = {
    kills: parseWholeNumber("--kills", values.kills, 1),
    crashes: parseWholeNumber("--crashes", values.crashes),
    cuts: parseWholeNumber("--cuts", values.cuts),
  };
  const seed = parseWholeNumber("--seed", values.seed);
  if (!canStartServer())
    return {
      check: "hosts",
      counts: {},
      size: "not done",
      faults: "",
      failures: [],
      notRun: "no PostgreSQL can be started here",
    };

  const server = await startPostgresServer();
  const runs: HostsRun[] = [];
  const sum = (valueOf: (run: HostsRun) => number): number => runs.reduce((total, run) => total + valueOf(run), 0);
  const totals = () => ({
    kills: sum((run) => run.kills),
    crashes: sum((run) => run.crashes),
    cuts: sum((run) => run.cuts),
  });
  try {
    for (
      let round = 0;
      totals().kills < wanted.kills || totals().crashes < wanted.crashes || totals().cuts < wanted.cuts;
      round += 1
    ) {
      const messaging = round % 2 === 0 ? "dual" : "single";
      runs.push(await runHosts(server, { kills: ROUND_KILLS, seed: seed + round, messaging }));
      if (runs.at(-1)?.violations.length !== 0) break;
    }
  } finally {
    await server.stop();
  }
  const { kills, crashes, cuts } = totals();
  const returnedCalls = sum((run) => run.returnedCalls);
  console.log(
    `${returnedCalls} results to callers before the kills · ${sum((run) => run.leftBehind)} unfinished transactions found at the start`,
  );
  return {
    check: "hosts",
    counts: { kills, crashes, cuts },
    size: `${kills} kills, ${crashes} crashes of the server, ${cuts} cut connections, ${sum((run) => run.transactions)} transactions`,
    faults: `SIGKILL, SIGSTOP, clocks that differ, and ${sum((run) => run.faults)} faults of the switch`,
    failures: [
      ...runs.flatMap(({ violations }) => violations),
      ...(returnedCalls > 0 ? [] : ["no caller got a result before a kill: nothing was shown"]),
    ],
  };
}

const options = {
  kills: { type: "string", default: "50" },
  crashes: { type: "string", default: "20" },
  cuts: { type: "string", default: "500" },
  seed: { type: "string", default: "1" },
} as const;
