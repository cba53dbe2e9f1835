import { createRetentionRules, printable } from "@electrum-vouchers/core";
import type {
  OutboxRetention,
  OutboxUnavailable,
  RetentionCursor,
  RetentionRequest,
} from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { commandLine, textLine } from "../../text/report-line.ts";
import { durationText } from "../../text/time-text.ts";
import { type CommandContext, type CommandFailure, type CommandRun, nextCommand } from "../command.ts";
import { notDone, usageFault } from "../failures.ts";
import { durationOption } from "../values.ts";
import { changeStore, givenStore, shortId, storeFault } from "./on-store.ts";
import { askBefore } from "./operator-note.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** A voucher must be handed over, and printed again after a paper jam, before it is masked. */
const MIN_AGE_MS = HOUR_MS;

/** If the bounds would move by more, the clock may be wrong: what is deleted cannot be got back. */
const MAX_STEP_MS = 7 * DAY_MS;

const STEP_TRANSACTIONS = 200;

const ERASED = "nothing of it is in the store any more";
const NOT_ERASED = "another reader still holds what was there: run it again";

interface Ages {
  readonly redactAfterMs: number;
  readonly redactUnsettledAfterMs: number;
  readonly deleteAfterMs: number;
}

/** `vouchers retention`: one run, for a store whose tills run none. */
export const runRetention: CommandRun = async (context) => {
  const ages = readAges(context);
  if (ages.isErr()) return err(ages.error);
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const asked = await askBefore(context, "mask and delete what is older, for good?");
  if (asked.isErr()) return err(asked.error);
  return changeStore(store.value, async (outbox) => {
    const now = context.now();
    const { redactAfterMs } = ages.value;
    const maxStep = context.has("clock-is-right") ? {} : { maxStepMs: MAX_STEP_MS };
    const begun = await outbox.beginRetention({ now, intervalMs: 0, redactAfterMs, ...maxStep });
    if (begun.isErr()) return err(storeFault(store.value)(begun.error));
    if (begun.value.type === "stepTooLarge")
      return notDone(
        `the clock is ${durationText(Math.abs(begun.value.stepMs))} ${begun.value.stepMs < 0 ? "behind" : "ahead of"} the last run: if it is right, give --clock-is-right; nothing was changed`,
        "date -u",
      );
    const done = await runAllSteps(outbox, {
      ...boundsAt(now, ages.value),
      limit: STEP_TRANSACTIONS,
      rules: createRetentionRules(),
    });
    if (done.isErr()) return err(storeFault(store.value)(done.error));
    const { redacted, deleted, left, failed, isErased } = done.value;
    return ok({
      exitCode: failed.length === 0 ? 0 : 1,
      lines: [
        textLine(
          `${redacted} masked, ${deleted} deleted, ${left} left since they need attention; ${isErased ? ERASED : NOT_ERASED}`,
          "good",
        ),
        ...failed.map((id) => textLine(`${shortId(id)}: it cannot be read, and is left as it is`, "bad")),
        commandLine(nextCommand(store.value, failed.length === 0 ? "status" : "check")),
      ],
      json: done.value,
    });
  });
};

function readAges(context: CommandContext): Result<Ages, CommandFailure> {
  const ages = (["redact-after", "redact-unsettled-after", "delete-after"] as const).map((name) =>
    durationOption(context, name),
  );
  const fault = ages.find((age) => age.isErr());
  if (fault?.isErr() === true) return err(fault.error);
  const [redactAfterMs, redactUnsettledAfterMs, deleteAfterMs] = ages.map((age) => age.unwrapOr(undefined));
  if (redactAfterMs === undefined || redactUnsettledAfterMs === undefined || deleteAfterMs === undefined)
    return usageFault(
      "expected --redact-after, --redact-unsettled-after and --delete-after, such as 30d, 180d and 400d",
      "vouchers retention --help",
    );
  return redactAfterMs >= MIN_AGE_MS && redactUnsettledAfterMs >= redactAfterMs && deleteAfterMs >= redactAfterMs
    ? ok({ redactAfterMs, redactUnsettledAfterMs, deleteAfterMs })
    : usageFault("expected at least 1h, and the later bounds not before --redact-after", "vouchers retention --help");
}

const boundsAt = (now: number, { redactAfterMs, redactUnsettledAfterMs, deleteAfterMs }: Ages) => ({
  redactBefore: now - redactAfterMs,
  redactUnsettledBefore: now - redactUnsettledAfterMs,
  deleteBefore: now - deleteAfterMs,
});

interface RetentionTotals {
  readonly redacted: number;
  readonly deleted: number;
  readonly left: number;
  readonly failed: readonly string[];
  readonly isErased: boolean;
}

async function runAllSteps(
  outbox: OutboxRetention,
  request: RetentionRequest,
): Promise<Result<RetentionTotals, OutboxUnavailable>> {
  let totals: RetentionTotals = { redacted: 0, deleted: 0, left: 0, failed: [], isErased: false };
  let after: RetentionCursor | undefined;
  do {
    const step = await outbox.applyRetention(after === undefined ? request : { ...request, after });
    if (step.isErr()) return err(step.error);
    const { redacted, deleted, left, failed, isErased, next } = step.value;
    totals = {
      redacted: totals.redacted + redacted,
      deleted: totals.deleted + deleted,
      left: totals.left + left,
      failed: [...totals.failed, ...failed.map(printable)],
      isErased,
    };
    after = next;
  } while (after !== undefined);
  return ok(totals);
}
