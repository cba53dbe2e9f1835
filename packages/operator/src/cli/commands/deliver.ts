// Sends what is owed, as a till does that has the outbox open, and ends. It begins nothing and cancels nothing.

import { setTimeout as sleep } from "node:timers/promises";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { parsePolicy, printable, type Uuid } from "@electrum-vouchers/core";
import type { Electrum, Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { type RuntimeEvent, startTill } from "@electrum-vouchers/runtime";
import { err, ok, type Result } from "neverthrow";
import type { NamedStore } from "../../store/location.ts";
import { commandLine, type ReportLine, textLine } from "../../text/report-line.ts";
import { dateTimeText } from "../../text/time-text.ts";
import {
  type CommandContext,
  type CommandFailure,
  type CommandReport,
  type CommandRun,
  nextCommand,
} from "../command.ts";
import { usageFault } from "../failures.ts";
import { durationOption } from "../values.ts";
import { findGiven } from "./decide.ts";
import { changeStore, givenStore, shortId, storeFault } from "./on-store.ts";
import { endOnSignal } from "./watch.ts";

/** Longer than Electrum may take for one response. */
const DEFAULT_WAIT_MS = 90_000;

const POLL_MS = 200;
const MAX_OWED = 10_000;

/** `vouchers deliver`. */
export const runDeliver: CommandRun = async (context) => {
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const waitMs = durationOption(context, "wait");
  if (waitMs.isErr()) return err(waitMs.error);
  const electrum = connect(context);
  if (electrum.isErr()) return err(electrum.error);
  const id = context.positional("ID") === undefined ? ok(undefined) : await findGiven(context, store.value);
  if (id.isErr()) return err(id.error);
  return changeStore(store.value, (outbox) =>
    deliver(context, store.value, outbox, electrum.value, { id: id.value, waitMs: waitMs.value ?? DEFAULT_WAIT_MS }),
  );
};

interface Credentialed {
  readonly electrum: Electrum;
  readonly username: string;
}

/** Electrum's address is an argument; who speaks is in the environment, which other users cannot see. */
function connect(context: CommandContext): Result<Credentialed, CommandFailure> {
  const url = context.text("electrum") ?? context.environment["ELECTRUM_URL"] ?? "";
  const username = context.text("username") ?? context.environment["ELECTRUM_USERNAME"] ?? "";
  const password = context.environment["ELECTRUM_PASSWORD"] ?? "";
  const help = "vouchers deliver --help";
  if (url === "")
    return usageFault("--electrum is missing: expected Electrum's URL, or the variable ELECTRUM_URL", help);
  if (username === "" || password === "")
    return usageFault("no credentials: expected the variables ELECTRUM_USERNAME and ELECTRUM_PASSWORD", help);
  return createElectrumHttp({ baseUrl: url, authorization: basicAuthorization(() => ({ username, password })) })
    .map((electrum) => ({ electrum, username }))
    .mapErr((faults) => ({
      exitCode: 2,
      message: `--electrum: ${faults.map(({ path, expected }) => `${path} ${expected}`).join("; ")}`,
      next: [help],
    }));
}

async function deliver(
  context: CommandContext,
  store: NamedStore,
  outbox: Outbox & OutboxInspection,
  { electrum, username }: Credentialed,
  { id, waitMs }: { readonly id: Uuid | undefined; readonly waitMs: number },
): Promise<Result<CommandReport, CommandFailure>> {
  const { terminal } = context;
  const endsAt = context.now() + waitMs;
  const policy = parsePolicy();
  if (policy.isErr()) return err({ exitCode: 3, message: "the default policy is wrong" });
  const ending = endOnSignal();
  if (!terminal.printsJson) terminal.write([textLine(`delivers what is owed, until ${dateTimeText(endsAt)}`, "dim")]);
  const till = await startTill({
    electrum,
    outbox,
    policy: policy.value,
    // What other credentials must send is left to their tills.
    clients: [username],
    retention: "off",
    onEvent: (event) => {
      if (terminal.printsJson) terminal.writeJson(event);
      else terminal.write(eventLines(event));
    },
  });
  let owed = await countOwed(outbox, username, id);
  while (owed.isOk() && owed.value > 0 && context.now() < endsAt && !ending.signal.aborted) {
    await sleep(POLL_MS, undefined, { signal: ending.signal }).catch(() => {});
    owed = await countOwed(outbox, username, id);
  }
  await till.stop();
  electrum.close();
  ending.stop();
  if (owed.isErr()) return err(storeFault(store)(owed.error));
  const left = owed.value;
  const signalled = ending.exitCode();
  return ok({
    exitCode: signalled === 0 ? (left === 0 ? 0 : 1) : signalled,
    lines: [
      textLine(
        left === 0 ? "nothing is owed any more" : `${left} still owed: a till, or this command again, goes on`,
        left === 0 ? "good" : "warning",
      ),
      commandLine(nextCommand(store, left === 0 ? "status" : "queue")),
    ],
    json: { owed: left },
  });
}

/** How many advices are to be delivered: those of this client and of no client, or the one that was asked for. */
const countOwed = (outbox: OutboxInspection, username: string, id: Uuid | undefined) =>
  outbox
    .list({ only: "unfinished", limit: MAX_OWED })
    .map(
      ({ records }) =>
        records.filter(
          (record) =>
            record.due?.work === "advice" &&
            (id === undefined ? (record.client ?? username) === username : record.id === id),
        ).length,
    );

function eventLines(event: RuntimeEvent): readonly ReportLine[] {
  switch (event.type) {
    case "answered": {
      const { outcome, operation, durationMs } = event;
      const result = "status" in outcome ? String(outcome.status) : `no response (${outcome.noResponse})`;
      return [textLine(`${shortId(event.id)}  ${operation}  ${result}  ${Math.round(durationMs)} ms`)];
    }
    case "step":
      return [textLine(`${shortId(event.id)}  ${event.from ?? "new"} → ${event.to}`)];
    case "alert":
      return [textLine(`alert: ${printable(event.alert.reason)}`, "warning")];
    default:
      return [];
  }
}
