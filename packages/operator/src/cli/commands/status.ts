import { err, ok } from "neverthrow";
import { defaultHealthLimits, type HealthLevel, judgeHealth, type OutboxHealth } from "../../read/health.ts";
import { type CountedReason, type OutboxStatus, readStatus } from "../../read/status.ts";
import type { NamedStore } from "../../store/location.ts";
import { sumsText } from "../../text/amount-text.ts";
import { commandLine, type ReportLine, textLine, type Tone } from "../../text/report-line.ts";
import { durationText } from "../../text/time-text.ts";
import { type CommandExit, type CommandRun, nextCommand } from "../command.ts";
import { durationOption } from "../values.ts";
import { lookAtStore, storeFault } from "./on-store.ts";

/** `vouchers status`. */
export const runStatus: CommandRun = (context) =>
  lookAtStore(context, async (reader, store) => {
    const critical = durationOption(context, "critical-after");
    if (critical.isErr()) return err(critical.error);
    const warning = durationOption(context, "warn-after");
    if (warning.isErr()) return err(warning.error);
    const read = await readStatus(reader, context.now());
    if (read.isErr()) return err(storeFault(store)(read.error));
    const status = read.value;
    const health = judgeHealth(status, {
      ...defaultHealthLimits,
      ...(critical.value === undefined ? {} : { criticalAfterMs: critical.value }),
      ...(warning.value === undefined ? {} : { warnAfterMs: warning.value }),
    });
    const isMonitor = context.has("monitor");
    return ok({
      exitCode: isMonitor ? MONITOR_EXITS[health.level] : 0,
      lines: isMonitor ? [monitorLine(status, health)] : outboxStatusLines(store, status, health),
      json: { store: store.name, health, ...status },
    });
  });

const MONITOR_EXITS: Readonly<Record<HealthLevel, CommandExit>> = { ok: 0, warning: 1, critical: 2 };

const TONES: Readonly<Record<HealthLevel, Tone>> = { ok: "good", warning: "warning", critical: "bad" };

const verdictText = ({ level, findings }: OutboxHealth): string =>
  `${level.toUpperCase()} - ${findings.length === 0 ? "nothing needs an operator" : findings.join("; ")}`;

/** The verdict, and the numbers as monitoring programs read them. */
const monitorLine = (status: OutboxStatus, health: OutboxHealth): ReportLine => {
  const { at, queued, attention, undecided, halted } = status;
  const oldest = queued.oldestDueAt === undefined ? 0 : Math.max(0, Math.round((at - queued.oldestDueAt) / 1_000));
  const numbers = `queued=${queued.count} oldest=${oldest}s attention=${attention.count} undecided=${undecided.count} halted=${halted}`;
  return { text: `${verdictText(health)} | ${numbers}`, isWhole: true };
};

/** What waits, what needs an operator, and the verdict. */
export function outboxStatusLines(
  store: NamedStore,
  status: OutboxStatus,
  health: OutboxHealth,
): readonly ReportLine[] {
  const { at, queued, attention, undecided, halted, overdue, processes, isCut } = status;
  const total = Object.values(status.states).reduce((sum, count) => sum + count, 0);
  const row = (name: string, count: number, ...details: readonly string[]): ReportLine =>
    textLine(
      `  ${name.padEnd(9)} ${String(count).padStart(6)}   ${details.filter((each) => each !== "").join("   ")}`.trimEnd(),
    );
  const since = (time: number | undefined): string => (time === undefined ? "" : `oldest ${durationText(at - time)}`);
  return [
    textLine(`${store.name}   ${total} transactions   ${processesText(processes)}`, "bold"),
    row(
      "QUEUED",
      queued.count,
      sumsText(queued.amounts),
      queued.count > 0 ? since(queued.oldestDueAt) : "",
      reasonsText(queued.reasons),
    ),
    row("ATTENTION", attention.count, reasonsText(attention.reasons)),
    row("UNDECIDED", undecided.count, since(undecided.oldestSince)),
    ...(halted > 0 ? [row("HALTED", halted, "credentials are refused")] : []),
    ...(overdue > 0 ? [row("OVERDUE", overdue, "timers and requests that no till has taken up yet")] : []),
    ...(isCut ? [textLine("  there is more than was looked at: reasons and ages may be incomplete", "dim")] : []),
    textLine(verdictText(health), TONES[health.level]),
    ...nextCommands(store, status).map(commandLine),
  ];
}

const processesText = (processes: number): string => {
  if (processes === 0) return "no process has it open";
  return processes === 1 ? "1 process has it open" : `${processes} processes have it open`;
};

const reasonsText = (reasons: readonly CountedReason[]): string =>
  reasons.map(({ reason, count }) => `${count} ${reason}`).join(" · ");

function nextCommands(store: NamedStore, { queued, attention, undecided }: OutboxStatus): readonly string[] {
  const next = [
    attention.count > 0 ? nextCommand(store, "list", "--attention") : "",
    queued.count > 0 ? nextCommand(store, "queue") : "",
    undecided.count > 0 ? nextCommand(store, "list", "--undecided") : "",
  ].filter((each) => each !== "");
  return next.length === 0 ? [nextCommand(store, "list")] : next;
}
