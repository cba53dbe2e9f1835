import { attentionOf, type NothingToHandOver, type OutboxReader } from "@electrum-vouchers/core";
import type { OutboxInspection } from "@electrum-vouchers/core/ports";
import type { AppliedChange, ChangeFailure } from "../../change/apply-intent-alone.ts";
import { refusalText } from "../../change/refusal-text.ts";
import type { NamedStore } from "../../store/location.ts";
import { storeFailureOf } from "../../store/store-failure.ts";
import { commandLine, type ReportLine, textLine } from "../../text/report-line.ts";
import { type CommandFailure, nextCommand } from "../command.ts";
import { toCommandFailure } from "../failures.ts";
import { shortId } from "./on-store.ts";

/** How many transactions of the store need attention; nothing if that cannot be read now. */
export const countAttention = async (
  inspection: Pick<OutboxInspection | OutboxReader, "summary">,
  now: number,
): Promise<number | undefined> =>
  (await inspection.summary(now)).map(({ needsAttention }): number | undefined => needsAttention).unwrapOr(undefined);

/** What was journalled, what it changes, and that nothing was sent. */
export function changeLines(
  store: NamedStore,
  { id, before, after, version, isNew }: AppliedChange,
  attention: { readonly before: number | undefined; readonly after: number | undefined },
): readonly ReportLine[] {
  const arrow = before.state === after.state ? `still ${after.state}` : `${before.state} → ${after.state}`;
  const counts =
    attention.before === undefined || attention.after === undefined
      ? ""
      : `; attention ${attention.before} → ${attention.after}`;
  const owes = isOwed(after) ? "; a till with this outbox, or deliver, sends what is owed" : "";
  return [
    textLine(
      isNew
        ? `${shortId(id)}: v${version} journalled, ${arrow}${counts}; nothing was sent${owes}`
        : `${shortId(id)}: the same was decided before: nothing was changed, nothing was sent`,
      "good",
    ),
    commandLine(nextCommand(store, "show", shortId(id))),
  ];
}

const isOwed = (transaction: AppliedChange["after"]): boolean =>
  (transaction.state === "confirming" || transaction.state === "reversing") && transaction.held === undefined;

export const changeJson = (
  { id, before, after, version, isNew }: AppliedChange,
  attention: { readonly before: number | undefined; readonly after: number | undefined },
): object => ({
  id,
  version,
  isNew,
  from: before.state,
  to: after.state,
  attentionBefore: attentionOf(before).length,
  attentionAfter: attentionOf(after).length,
  storeAttentionBefore: attention.before,
  storeAttentionAfter: attention.after,
  sent: 0,
});

/** Why nothing was changed, and what to do next. */
export function changeFailure(
  store: NamedStore,
  id: string,
  failure: ChangeFailure | NothingToHandOver,
): CommandFailure {
  const next = [nextCommand(store, "show", shortId(id))];
  switch (failure.type) {
    case "unavailable":
      return toCommandFailure(store, storeFailureOf(failure));
    case "uncertain":
      return {
        exitCode: 3,
        message: `${shortId(id)}: it is not known whether the change was written: ${failure.detail}`,
        next,
      };
    case "refused": {
      const isUsage = failure.refusal.type === "invalidMessage";
      const late = failure.isLate ? "another process was first: " : "";
      return {
        exitCode: isUsage ? 2 : 1,
        message: `${shortId(id)}: ${late}${refusalText(failure.refusal)}; nothing was changed`,
        next,
      };
    }
    case "nothingToHandOver":
      return { exitCode: 1, message: `${shortId(id)}: ${refusalText(failure)}`, next };
    case "damaged":
      return {
        exitCode: 1,
        message:
          failure.damage.type === "newer"
            ? `${shortId(id)}: a newer release wrote its record; use that release's vouchers`
            : `${shortId(id)}: its record is damaged; it must be repaired first`,
        next,
      };
    case "taken":
      return { exitCode: 1, message: `${shortId(id)}: ${shortId(failure.holder.id)} holds what it needs`, next };
    case "unknown":
    case "gone":
      return { exitCode: 1, message: `${shortId(id)}: it is not there any more`, next: [nextCommand(store, "list")] };
  }
}
