import type { OutboxReader, ReconciliationOutcome, Uuid } from "@electrum-vouchers/core";
import { err, ok, type Result } from "neverthrow";
import { applyIntentAlone } from "../../change/apply-intent-alone.ts";
import { type OperatorWish, toIntent } from "../../read/choices.ts";
import { openToLook } from "../../store/open-store.ts";
import type { NamedStore } from "../../store/location.ts";
import type { CommandContext, CommandFailure, CommandReport, CommandRun } from "../command.ts";
import { toCommandFailure, usageFault } from "../failures.ts";
import { wordOption } from "../values.ts";
import { changeFailure, changeJson, changeLines, countAttention } from "./change-report.ts";
import { changeStore, findTransactionId, givenStore, shortId } from "./on-store.ts";
import { askBefore, readNote } from "./operator-note.ts";

/** `vouchers hold`, `unhold`, `resend`, `resolve`, `reconcile`: one decision about one transaction. Nothing is sent. */
export const runDecide: CommandRun = async (context) => {
  const note = readNote(context);
  if (note.isErr()) return err(note.error);
  const wish = readWish(context);
  if (wish.isErr()) return err(wish.error);
  const store = givenStore(context);
  if (store.isErr()) return err(store.error);
  const id = await findGiven(context, store.value);
  if (id.isErr()) return err(id.error);
  const outcome = "outcome" in wish.value ? ` as ${wish.value.outcome}` : "";
  const asked = await askBefore(context, `${wish.value.verb} ${shortId(id.value)}${outcome}?`);
  if (asked.isErr()) return err(asked.error);
  return decideOne(context, store.value, id.value, wish.value, note.value);
};

/** Finds the id before the store is opened to be changed. */
export async function findGiven(context: CommandContext, store: NamedStore): Promise<Result<Uuid, CommandFailure>> {
  const opened = await openToLook(store.location);
  if (opened.isErr()) return err(toCommandFailure(store, opened.error));
  const reader: OutboxReader = opened.value;
  const found = await findTransactionId(context, reader, store);
  await reader.close().unwrapOr(undefined);
  return found;
}

/** Commits what an operator has decided, and says what that changes. */
export const decideOne = (
  context: CommandContext,
  store: NamedStore,
  id: Uuid,
  wish: OperatorWish,
  note: { readonly by: string; readonly reason: string },
): Promise<Result<CommandReport, CommandFailure>> =>
  changeStore(store, async (outbox) => {
    const now = context.now();
    const before = await countAttention(outbox, now);
    const applied = await applyIntentAlone(outbox, id, toIntent(wish, { ...note, at: now }), now);
    if (applied.isErr()) return err(changeFailure(store, id, applied.error));
    const attention = { before, after: await countAttention(outbox, now) };
    return ok({
      exitCode: 0,
      lines: changeLines(store, applied.value, attention),
      json: changeJson(applied.value, attention),
    });
  });

const OUTCOMES: readonly ReconciliationOutcome[] = ["agrees", "corrected", "writtenOff"];

function readWish(context: CommandContext): Result<OperatorWish, CommandFailure> {
  const { command } = context;
  switch (command) {
    case "hold":
    case "unhold":
    case "resend":
      return ok({ verb: command });
    case "resolve":
      return wordOption(context, "outcome", ["confirmed", "reversed"] as const).andThen((outcome) =>
        outcome === undefined
          ? usageFault("--outcome is missing: expected confirmed or reversed", "vouchers resolve --help")
          : ok({ verb: "resolve", outcome } as const),
      );
    default:
      return wordOption(context, "outcome", OUTCOMES).andThen((outcome) =>
        outcome === undefined
          ? usageFault(`--outcome is missing: expected ${OUTCOMES.join(" or ")}`, "vouchers reconcile --help")
          : readItems(context.text("items")).map((items) => ({
              verb: "reconcile" as const,
              outcome,
              ...(items === undefined ? {} : { items }),
            })),
      );
  }
}

function readItems(text: string | undefined): Result<readonly number[] | undefined, CommandFailure> {
  if (text === undefined) return ok(undefined);
  return /^\d{1,4}(,\d{1,4})*$/.test(text)
    ? ok(text.split(",").map(Number))
    : usageFault(`--items ${text}: expected numbers such as 1 or 1,2`);
}
