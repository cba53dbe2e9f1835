import {
  type Amounts,
  type NamedReason,
  codeToRedeem,
  parseRedemptionDraft,
  parseRedemptionRequest,
  type Redeem,
  type RedemptionDraft,
  parseVoucherLookup,
  type Redemption,
  readDetails,
  type RedemptionView,
  toView,
  type RedemptionRequest,
  type Transaction,
  type Uuid,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { err, ok, type Result, type ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import {
  acceptMessage,
  applyConfirmation,
  applyIntent,
  checkClient,
  copyOptions,
  onlyClientOf,
  unlessKnown,
} from "./incoming.ts";
import type { Actor, ConfirmOptions } from "./actor.ts";
import { mayLookUpSale } from "./may-look-up-sale.ts";
import type { AlertReporter } from "./alert-reporter.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { KeyMaker } from "./key-maker.ts";
import { refuseTooOld } from "./too-old.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that concern redemptions alone. */
export interface RedemptionCalls {
  /** Looks a voucher up, which starts a redemption: it becomes `found` or `lookupFailed`. With an `id`, a repeat is harmless. */
  lookUp(lookup: VoucherLookup, options?: LookUpOptions): ResultAsync<RedemptionView, TillError>;
  /** Looks the voucher up once more, after the lookup failed. */
  lookUpAgain(id: Uuid, actor?: Actor): ResultAsync<RedemptionView, TillError>;
  /**
   * Redeems the voucher that was found. The request bears the transaction's id. It may leave out the voucher's code: the till fills in the
   * stored one. If it has one, that must be the one that was found. Resolves as `provision` does.
   */
  redeem(request: RedemptionDraft, options?: RedeemOptions): ResultAsync<RedemptionView, TillError>;
  /** Confirms the redemption, in full or for `amounts`. Resolves when that is durable. */
  confirmRedemption(id: Uuid, amounts?: Amounts, options?: ConfirmOptions): ResultAsync<RedemptionView, TillError>;
}

export interface RedeemOptions extends Actor {
  /** Goes on although another open redemption holds the same voucher. The name and the reason are journalled. */
  readonly override?: NamedReason;
}

export interface LookUpOptions {
  /** The id that the redemption's request will bear. Default: a new one. */
  readonly id?: Uuid;
  /** Electrum's id of the client that looks the voucher up. Default: the only client of the till's credentials. */
  readonly client?: string;
  /** The terminal that looks the voucher up. */
  readonly terminal?: string;
  /** A reference of the caller's, such as an order number: 1 to 100 printable characters. It is stored and never sent. */
  readonly correlation?: string;
}

export function createRedemptions(
  transactions: TransactionService,
  reportAlert: AlertReporter,
  keyMaker: KeyMaker,
  options: ResolvedTillOptions,
): RedemptionCalls {
  const { clock, newId, policyFor, clients } = options;

  return {
    lookUp: (lookup, { id = newId(), client = onlyClientOf(clients), terminal, correlation } = {}) =>
      acceptMessage(parseVoucherLookup(lookup), options.cardNumbersInText)
        .andThen((parsed) => checkClient(clients, client).map(() => parsed))
        .andThen((parsed) => policyFor({ lookup: parsed }).map((policy) => ({ lookup: parsed, policy })))
        .asyncAndThen((chosen) => mayLookUpSale(transactions, chosen.lookup, clock).map(() => chosen))
        .andThen((chosen) =>
          transactions.start({
            type: "redemptionStarted",
            start: {
              id,
              ...chosen,
              ...(client === undefined ? {} : { client }),
              ...(terminal === undefined ? {} : { terminal }),
              ...(correlation === undefined ? {} : { correlation }),
              confirmationId: newId(),
              reversalId: newId(),
              at: clock.now(),
            },
          }),
        )
        .andThen(toRedemptionView),
    lookUpAgain: (id, actor = {}) =>
      applyIntent(transactions, id, { ...actor, type: "lookUp", at: clock.now() }).andThen(toRedemptionView),
    redeem: (request, given = {}) => {
      const redeeming = copyOptions(given);
      return acceptMessage(parseRedemptionDraft(request), options.cardNumbersInText)
        .andThen((parsed) => checkClient(clients, parsed.client.id).map(() => parsed))
        .asyncAndThen((parsed) => redeemDraft(transactions, keyMaker, options, parsed, redeeming))
        .andThen(toRedemptionView);
    },
    confirmRedemption: (id, amounts, given = {}) =>
      applyConfirmation(
        transactions,
        id,
        { ...given, type: "confirm", ...(amounts === undefined ? {} : { amounts }), at: clock.now() },
        "allow",
        reportAlert,
        { kind: "redemption" },
      ).andThen(toRedemptionView),
  };
}

/** Redeems with what was found: its code if the request leaves it out, and the policy for its provider. */
const redeemDraft = (
  transactions: TransactionService,
  keyMaker: KeyMaker,
  options: ResolvedTillOptions,
  draft: RedemptionDraft,
  redeeming: RedeemOptions,
): ResultAsync<Transaction, TillError> =>
  unlessKnown(refuseTooOld(draft.time, options), () => transactions.find(draft.id).map((found) => "redeem" in found))
    .andThen(() => complete(transactions, options, draft))
    .andThen((redeem) => {
      const intent = { ...redeeming, type: "redeem", ...redeem, at: options.clock.now() } as const;
      return redeeming.override === undefined
        ? keyMaker
            .ofRedemption(redeem.request)
            .andThen((key) => applyIntent(transactions, draft.id, intent, "allow", { exclusiveKey: key }))
        : applyIntent(transactions, draft.id, intent);
    });

function complete(
  transactions: TransactionService,
  { policyFor, selectsPolicy }: ResolvedTillOptions,
  draft: RedemptionDraft,
): ResultAsync<Pick<Redeem, "request" | "policy">, TillError> {
  const isWhole = draft.voucher?.code !== undefined;
  if (isWhole && !selectsPolicy)
    return withCode(draft, undefined)
      .map((request) => ({ request }))
      .asyncMap(async (redeem) => redeem);
  return transactions
    .find(draft.id)
    .andThen(asRedemption)
    .andThen((redemption) =>
      withCode(draft, codeToRedeem(redemption)).andThen((request) =>
        // The response to the lookup tells the provider, so the policy is asked again.
        redemption.state === "found" && selectsPolicy
          ? policyFor({
              lookup: redemption.start.lookup,
              redemption: request,
              found: readDetails(redemption.response),
            }).map((policy) => ({ request, policy }))
          : ok({ request }),
      ),
    );
}

/** The request with this code, unless it has one. */
const withCode = (draft: RedemptionDraft, code: string | undefined): Result<RedemptionRequest, TillError> =>
  acceptMessage(
    parseRedemptionRequest(
      draft.voucher?.code !== undefined || code === undefined
        ? draft
        : { ...draft, voucher: { ...draft.voucher, code } },
    ),
    "allow",
  );

/** The core has already refused what does not fit the kind. This tells the compiler so. */
const toRedemptionView = (transaction: Transaction): Result<RedemptionView, TillError> =>
  asRedemption(transaction).map((redemption) => toView(redemption));

export const asRedemption = (transaction: Transaction): Result<Redemption, TillError> =>
  transaction.kind === "redemption" ? ok(transaction) : err(wrongKind(transaction));
