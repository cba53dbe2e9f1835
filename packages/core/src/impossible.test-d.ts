// What must not compile, and the fields of each state. Nothing here runs: the type check is the test. It fails if a line that
// must be an error is none.
import { expectTypeOf } from "vitest";
import {
  type Amounts,
  type MessageDetails,
  type ProvisionRequest,
  type ProvisionView,
  type RedemptionView,
  type TransactionView,
  type VoucherForCustomer,
  type Abandoned,
  type Confirmed,
  type Confirming,
  decide,
  type Disputed,
  type Fact,
  type Found,
  handOver,
  type Instant,
  type Intent,
  type Issued,
  type JsonObject,
  type LookingUp,
  type LookupFailed,
  type LookupFailure,
  observe,
  type Policy,
  type Provision,
  type ProvisionCompleted,
  type ProvisionDeclined,
  type ProvisionStart,
  type ReconciliationItem,
  type Redeemed,
  type Redeeming,
  type Redemption,
  type RedemptionCompleted,
  type RedemptionDeclined,
  type RedemptionRequest,
  type RedemptionStart,
  type Refusal,
  type Requesting,
  type Resolved,
  type Reversed,
  type Reversing,
  type Step,
  startProvision,
  startRedemption,
  toView,
  type Tender,
  type Transaction,
  type WaitingToLookUp,
  type WaitingToRetry,
} from "./index.ts";
import type { AfterRedeem } from "./machines/redemption-state.ts";

/** Takes values that are used no further. */
declare function accept(result: unknown): void;

declare const at: Instant;
declare const tenders: readonly Tender[];
declare const request: RedemptionRequest;
declare const sale: Provision;
declare const redemption: Redemption;
declare const either: Transaction;
declare const fact: Fact;

// --- intents of the wrong kind ---

accept(decide(sale, { type: "confirm", tenders, at }));
accept(decide(sale, { type: "cancel", at }));
// @ts-expect-error a confirmation of a sale has tenders
accept(decide(sale, { type: "confirm", at }));
// @ts-expect-error a sale is not redeemed
accept(decide(sale, { type: "redeem", request, at }));
// @ts-expect-error a sale has no lookup
accept(decide(sale, { type: "lookUp", at }));

accept(decide(redemption, { type: "confirm", at }));
accept(decide(redemption, { type: "redeem", request, at }));
accept(decide(redemption, { type: "lookUp", at }));
// @ts-expect-error a redemption has no tenders
accept(decide(redemption, { type: "confirm", tenders, at }));

// @ts-expect-error an intent has a time
accept(decide(sale, { type: "cancel" }));
// @ts-expect-error there is no refund intent
accept(decide(sale, { type: "refund", at }));
// @ts-expect-error a dispute ends as confirmed or as reversed
accept(decide(sale, { type: "resolve", resolution: "forgotten", by: "Thandi", reason: "", at }));
// @ts-expect-error a fact is no intent
accept(decide(sale, fact));
// @ts-expect-error an intent is no fact
observe(sale, { type: "cancel", at });

// A transaction of either kind takes the intents of both; the wrong one is refused at run time.
expectTypeOf(decide(either, { type: "lookUp", at })._unsafeUnwrapErr()).toEqualTypeOf<Refusal>();
expectTypeOf<Parameters<typeof decide<Transaction>>[1]>().toEqualTypeOf<Intent>();

// --- a step keeps its kind ---

expectTypeOf(observe(sale, fact)).toEqualTypeOf<Step<Provision>>();
expectTypeOf(observe(redemption, fact)).toEqualTypeOf<Step<Redemption>>();
expectTypeOf(decide(sale, { type: "cancel", at })._unsafeUnwrap()).toEqualTypeOf<Step<Provision>>();
expectTypeOf<Step<Provision>["commands"]["length"]>().toEqualTypeOf<0 | 1>();
// @ts-expect-error a transaction is never changed in place
sale.state = "confirmed";
// @ts-expect-error nor are its reconciliation items
sale.reconciliation[0] = { reason: "confirmationAmbiguous", at };

// --- a sale hands over a voucher; what a transaction of any kind hands over must be looked at ---

declare const confirming: Provision<Confirming>;
declare const reversing: Provision<Reversing>;
expectTypeOf(handOver(sale)._unsafeUnwrap().voucher).toEqualTypeOf<VoucherForCustomer>();
expectTypeOf(handOver(either)._unsafeUnwrap().voucher).toEqualTypeOf<VoucherForCustomer | undefined>();
// @ts-expect-error a view has no voucher to give
accept(handOver(toView(sale)));

// --- a view has the states of the transaction, and no message as it was received ---

/** What a value, or anything in it, may be. */
type Within<Value> = JsonObject extends Value
  ? never
  : Value extends readonly (infer Item)[]
    ? Within<Item>
    : Value extends object
      ? Value | { [Field in keyof Value]: Within<Value[Field]> }[keyof Value]
      : Value;
expectTypeOf<Extract<Within<TransactionView>, ProvisionRequest | RedemptionRequest>>().toBeNever();
expectTypeOf<TransactionView["state"]>().toEqualTypeOf<Transaction["state"]>();
expectTypeOf(toView(sale)).toEqualTypeOf<ProvisionView>();
expectTypeOf<ProvisionView<Issued>["approval"]["response"]["amounts"]>().toEqualTypeOf<Amounts | undefined>();
expectTypeOf<RedemptionView<Found>["response"]>().toEqualTypeOf<MessageDetails>();

// --- each state has its own fields, and no other's ---

/** The fields of a state, without those that every transaction has. */
type Own<State> = Exclude<keyof State, "kind" | "id" | "start" | "reconciliation" | "handedOver">;

expectTypeOf<Own<Provision<Requesting>>>().toEqualTypeOf<
  "state" | "attempt" | "deadlineAt" | "cancelledAt" | "inDoubt"
>();
expectTypeOf<Own<Provision<WaitingToRetry>>>().toEqualTypeOf<"state" | "attempt" | "retryAt" | "inDoubt">();
expectTypeOf<Own<Provision<Issued>>>().toEqualTypeOf<
  "state" | "approval" | "decideBy" | "payment" | "overdueAt" | "inDoubt"
>();
expectTypeOf<Own<Provision<ProvisionCompleted>>>().toEqualTypeOf<"state" | "approval">();
expectTypeOf<Own<Provision<ProvisionDeclined>>>().toEqualTypeOf<"state" | "at" | "error" | "cancelledAt">();
expectTypeOf<Own<Provision<Confirming>>>().toEqualTypeOf<
  "state" | "decision" | "approval" | "advice" | "notBefore" | "held"
>();
expectTypeOf<Own<Provision<Reversing>>>().toEqualTypeOf<
  "state" | "decision" | "advice" | "notBefore" | "inDoubt" | "lateApproval" | "held"
>();
expectTypeOf<Own<Provision<Confirmed>>>().toEqualTypeOf<
  "state" | "decision" | "approval" | "advice" | "acknowledgement" | "at"
>();
expectTypeOf<Own<Provision<Reversed>>>().toEqualTypeOf<
  "state" | "decision" | "advice" | "inDoubt" | "acknowledgement" | "at"
>();
expectTypeOf<Own<Provision<Disputed>>>().toEqualTypeOf<"state" | "finalizing" | "dispute">();
expectTypeOf<Own<Provision<Resolved>>>().toEqualTypeOf<"state" | "finalizing" | "dispute" | "resolution">();

expectTypeOf<Own<Redemption<LookingUp>>>().toEqualTypeOf<"state" | "attempt" | "deadlineAt" | "round">();
expectTypeOf<Own<Redemption<WaitingToLookUp>>>().toEqualTypeOf<"state" | "attempt" | "lookUpAt" | "round">();
expectTypeOf<Own<Redemption<LookupFailed>>>().toEqualTypeOf<
  "state" | "attempt" | "at" | "expiresAt" | "reason" | "error" | "unknown"
>();
expectTypeOf<Own<Redemption<Found>>>().toEqualTypeOf<"state" | "attempt" | "at" | "expiresAt" | "response">();
expectTypeOf<Own<Redemption<Abandoned>>>().toEqualTypeOf<"state" | "at">();

/** A state that has a redemption request. */
type Redeems<State extends AfterRedeem> = Exclude<Own<Redemption<State>>, "redeem">;
type In<Name extends AfterRedeem["state"]> = Extract<AfterRedeem, { readonly state: Name }>;

expectTypeOf<Redeems<In<"redeeming">>>().toEqualTypeOf<keyof Redeeming>();
expectTypeOf<keyof Redeeming>().toEqualTypeOf<"state" | "deadlineAt" | "cancelledAt">();
expectTypeOf<Redeems<In<"redeemed">>>().toEqualTypeOf<keyof Redeemed>();
expectTypeOf<keyof Redeemed>().toEqualTypeOf<"state" | "approval" | "decideBy" | "payment" | "overdueAt">();
expectTypeOf<Redeems<In<"completed">>>().toEqualTypeOf<keyof RedemptionCompleted>();
expectTypeOf<Redeems<In<"declined">>>().toEqualTypeOf<keyof RedemptionDeclined>();
expectTypeOf<Redeems<In<"reversing">>>().toEqualTypeOf<keyof Reversing>();

// @ts-expect-error no voucher while reversing
void reversing.approval;
declare const requesting: Provision<Requesting>;
// @ts-expect-error no time for a retry while an attempt is under way
void requesting.retryAt;
declare const found: Redemption<Found>;
// @ts-expect-error no request before the till redeems
void found.redeem;
// @ts-expect-error a field of some states cannot be read without checking the state
void sale.approval;
// @ts-expect-error a confirmation is not sent as a reversal
confirming.advice satisfies Reversing["advice"];

// --- why an operator must look, and why a voucher was not found: the lists are whole ---

expectTypeOf<ReconciliationItem["reason"]>().toEqualTypeOf<
  | "lateApproval"
  | "providerTakesNoReversals"
  | "confirmationAmbiguous"
  | "reversalNotFound"
  | "acknowledgedUnnamed"
  | "approvedOtherAmount"
  | "secondVoucher"
>();
expectTypeOf<LookupFailure>().toEqualTypeOf<"noSuchVoucher" | "refused" | "notOffered" | "noAnswer" | "foreign">();

// --- the caller brings ids, time and policy ---

declare const policy: Policy;
// @ts-expect-error a sale's provider is known from its start: no policy comes later
accept(decide(sale, { type: "confirm", tenders, policy, at }));
accept(decide(redemption, { type: "redeem", request, policy, at }));
// @ts-expect-error a whole policy, or none
accept(decide(redemption, { type: "redeem", request, policy: { messaging: "single" }, at }));
declare const provision: ProvisionStart;
const { at: _at, ...timeless } = provision;
// @ts-expect-error a start has a time
accept(startProvision(timeless));
const { reversalId: _reversalId, ...irreversible } = provision;
// @ts-expect-error the id of a reversal is made before one is needed
accept(startProvision(irreversible));
declare const acceptance: RedemptionStart;
// @ts-expect-error a redemption begins with its lookup
accept(startRedemption({ ...provision, id: acceptance.id }));
// @ts-expect-error a policy is immutable
policy.retries = 5;
