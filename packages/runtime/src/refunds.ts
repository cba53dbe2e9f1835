import {
  type Amounts,
  checkRefundable,
  holdsExclusively,
  isFinal,
  parseRefundRequest,
  type Policy,
  type Refund,
  type RefundRequest,
  type RefundView,
  type StartEntry,
  toView,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { ConfirmOptions } from "./actor.ts";
import type { AlertReporter } from "./alert-reporter.ts";
import { refused, type TillError, wrongKind } from "./errors.ts";
import { acceptMessage, applyConfirmation, checkClient, findStored, unlessKnown } from "./incoming.ts";
import type { KeyMaker } from "./key-maker.ts";
import type { ResolvedTillOptions } from "./options.ts";
import { refuseTooOld } from "./too-old.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that concern refunds alone. */
export interface RefundCalls {
  /**
   * Refunds a redemption, all of it or `requestAmount`: the customer's voucher is usable again. If `redemptionId` names a redemption in the
   * same outbox, that must stand, and all its refunds together stay within what was redeemed: else the refund is refused (`notRefundable`). It
   * has one open refund at a time: a second one is `taken`. Resolves as `provision` does, and starting twice is harmless.
   */
  refund(request: RefundRequest, options?: RefundOptions): ResultAsync<RefundView, TillError>;
  /** Confirms the refund, in full or for `amounts`. Resolves when that is durable. */
  confirmRefund(id: Uuid, amounts?: Amounts, options?: ConfirmOptions): ResultAsync<RefundView, TillError>;
}

export interface RefundOptions {
  /** A reference of the caller's, such as an order number: 1 to 100 printable characters. It is stored and never sent. */
  readonly correlation?: string;
}

export function createRefunds(
  transactions: TransactionService,
  reportAlert: AlertReporter,
  keyMaker: KeyMaker,
  options: ResolvedTillOptions,
): RefundCalls {
  const { clock, newId, policyFor, clients, cardNumbersInText } = options;

  const entryOf = (request: RefundRequest, policy: Policy, { correlation }: RefundOptions): StartEntry => ({
    type: "refundStarted",
    start: {
      request,
      policy,
      confirmationId: newId(),
      reversalId: newId(),
      ...(correlation === undefined ? {} : { correlation }),
      at: clock.now(),
    },
  });

  return {
    refund: (request, { correlation } = {}) => {
      const named = correlation === undefined ? {} : { correlation };
      return acceptMessage(parseRefundRequest(request), cardNumbersInText)
        .andThen((parsed) => checkClient(clients, parsed.client.id).map(() => parsed))
        .andThen((parsed) => policyFor({ refund: parsed }).map((policy) => ({ parsed, policy })))
        .asyncAndThen(({ parsed, policy }) =>
          unlessKnown(refuseTooOld(parsed.time, options), () =>
            findStored(transactions, parsed.id).map((found) => found !== undefined),
          ).andThen(() => start(transactions, keyMaker, parsed, entryOf(parsed, policy, named))),
        )
        .andThen(toRefundView);
    },
    confirmRefund: (id, amounts, given = {}) =>
      applyConfirmation(
        transactions,
        id,
        { ...given, type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() },
        "allow",
        reportAlert,
        { kind: "refund" },
      ).andThen(toRefundView),
  };
}

/** Starts a refund: at once, or as the next one of its redemption. */
const start = (
  transactions: TransactionService,
  keyMaker: KeyMaker,
  request: RefundRequest,
  entry: StartEntry,
): ResultAsync<Transaction, TillError> =>
  request.redemptionId === undefined
    ? transactions.start(entry)
    : // It may be another system's id, in upper case. Those in the outbox are in lower case.
      findStored(transactions, request.redemptionId.toLowerCase()).andThen(
        (redeemed) => new ResultAsync(startNext(transactions, keyMaker, redeemed, request, entry)),
      );

/**
 * Takes the first number of the redemption that no refund holds, and sees on its way all the refunds that hold one: the core's `refundable.ts`
 * says why nothing is missed.
 */
async function startNext(
  transactions: TransactionService,
  keyMaker: KeyMaker,
  redeemed: Transaction | undefined,
  request: RefundRequest,
  entry: StartEntry,
): Promise<Result<Transaction, TillError>> {
  const { redemptionId = "" } = request;
  const earlier: Refund[] = [];
  for (;;) {
    const checked = checkRefundable(redeemed, earlier, request);
    if (checked.isErr()) {
      const refusal = checked.error;
      return err(redeemed === undefined ? { type: "refused", refusal } : refused(refusal, redeemed));
    }
    const started = await keyMaker
      .ofRefund(redemptionId, earlier.length + 1)
      .andThen((key) => transactions.start(entry, key));
    if (started.isOk() || started.error.type !== "taken") return started;
    const holder = await transactions.find(started.error.id);
    if (holder.isErr()) return err(holder.error);
    if (holder.value.kind !== "refund" || !isFinal(holder.value) || !holdsExclusively(holder.value)) return started;
    earlier.push(holder.value);
  }
}

/** The core has already refused what does not fit the kind. This tells the compiler so. */
const toRefundView = (transaction: Transaction): Result<RefundView, TillError> =>
  transaction.kind === "refund" ? ok(toView(transaction)) : err(wrongKind(transaction));
