// How a repeat is recognised after redaction. The same request again must give the transaction that exists, and another one under the same
// id must be refused: neither can be told from what was masked.
//
// Rules
// 1. Redaction keeps one digest of each input that can be repeated: the start's message, what a redemption redeems, what a confirmation says.
// 2. A digest is keyed from outside. Without the key it gives nothing away, not even a voucher code of ten digits; with the key beside it,
//    it would be no redaction. So the core takes a function, and never sees a key.
// 3. Only a digest under the same key proves a difference. With another key, or none, nothing is known.
// 4. The transaction's id is part of what is digested, so that equal inputs of two transactions do not show as equal.
// 5. A digest stands beside its input, in the record as in the journal, so that the redacted journal leads to the redacted record.

import type { Digester, InputDigest, Sameness } from "../input-digest.ts";
import { sortedJson } from "../json.ts";
import type { Confirming, Reversing } from "../machines/finalization-state.ts";
import type { AnyTransaction as Transaction } from "../machines/any-transaction.ts";
import { withoutPin } from "../messages/voucher.ts";
import type { Uuid } from "../messages/uuid.ts";
import type { TransactionStart } from "../start.ts";
import type { Decision, Intent } from "../step.ts";
import type { Instant } from "../time.ts";

/** Digests an input of one transaction. */
type DigestInput = (name: InputName, input: unknown) => InputDigest;
type InputName = "start" | "redeem" | "confirm";

const digestsOf =
  (id: Uuid, { keyId, digest }: Digester): DigestInput =>
  (name, input) => ({ keyId, value: digest(sortedJson({ id, name, input })) });

/** The transaction with a digest of each of its inputs. */
export function withDigests(transaction: Transaction, digester: Digester): Transaction {
  const digest = digestsOf(transaction.id, digester);
  if (transaction.kind === "provision")
    return withDecisionDigest({ ...transaction, start: withStartDigest(transaction.start, digest) }, digest);
  if (transaction.kind === "refund")
    return withDecisionDigest({ ...transaction, start: withStartDigest(transaction.start, digest) }, digest);
  const started = { ...transaction, start: withStartDigest(transaction.start, digest) };
  if (!("redeem" in started)) return started;
  const { redeem } = started;
  return withDecisionDigest({ ...started, redeem: { ...redeem, digest: digest("redeem", redeem.request) } }, digest);
}

function withDecisionDigest(transaction: Transaction, digest: DigestInput): Transaction {
  switch (transaction.state) {
    case "confirming":
    case "confirmed":
      return { ...transaction, decision: digestedDecision(transaction, digest) };
    case "disputed":
    case "resolved": {
      const { finalizing } = transaction;
      return finalizing.state === "confirming"
        ? { ...transaction, finalizing: { ...finalizing, decision: digestedDecision(finalizing, digest) } }
        : transaction;
    }
    default:
      return transaction;
  }
}

const digestedDecision = (
  { decision, advice }: Pick<Confirming, "decision" | "advice">,
  digest: DigestInput,
): Decision => ({ ...decision, digest: digest("confirm", saidIn(advice.message)) });

const withStartDigest = <Start extends TransactionStart>(start: Start, digest: DigestInput): Start => ({
  ...start,
  digest: digest("start", startedWith(start)),
});

/** A start, as a journal has it, with the digest of its message. */
export const digestStart = <Start extends TransactionStart>(start: Start, id: Uuid, digester: Digester): Start =>
  withStartDigest(start, digestsOf(id, digester));

/** An intent, as a journal has it, with the digest of what it says, if it can be repeated. */
export function digestIntent(intent: Intent, id: Uuid, digester: Digester): Intent {
  const digest = digestsOf(id, digester);
  switch (intent.type) {
    case "redeem":
      return { ...intent, digest: digest("redeem", withoutPin(intent.request)) };
    case "confirm":
      return { ...intent, digest: digest("confirm", saidIn(intent)) };
    default:
      return intent;
  }
}

/** Whether a redacted transaction began with this message, as it was stored. */
export const compareStarts = (
  { id, start: { digest } }: Transaction,
  message: unknown,
  digester: Digester | undefined,
): Sameness => compare(digest, digester, (again) => digestsOf(id, again)("start", message));

/** How an intent compares with what a redacted transaction has taken before. */
export interface Repeat {
  readonly sameness: Sameness;
  readonly decidedAt: Instant;
}

/** `undefined` if the transaction was not redacted or has taken no such intent, or if redaction masks nothing of it. */
export function compareRepeat(
  transaction: Transaction,
  intent: Intent,
  digester: Digester | undefined,
): Repeat | undefined {
  const { id, start } = transaction;
  if (start.redacted !== true) return undefined;
  if (intent.type === "redeem" && "redeem" in transaction) {
    const { digest, at } = transaction.redeem;
    const digestAgain = (again: Digester) => digestsOf(id, again)("redeem", withoutPin(intent.request));
    return { sameness: compare(digest, digester, digestAgain), decidedAt: at };
  }
  const decision = decisionOf(transaction);
  if (intent.type !== "confirm" || decision?.outcome !== "confirm") return undefined;
  const digestAgain = (again: Digester) => digestsOf(id, again)("confirm", saidIn(intent));
  return { sameness: compare(decision.digest, digester, digestAgain), decidedAt: decision.at };
}

function compare(
  kept: InputDigest | undefined,
  digester: Digester | undefined,
  digestAgain: (digester: Digester) => InputDigest,
): Sameness {
  if (kept === undefined || digester === undefined || kept.keyId !== digester.keyId) return "secretsNotCompared";
  return digestAgain(digester).value === kept.value ? "same" : "different";
}

function decisionOf(transaction: Transaction): Decision | undefined {
  const finalizing: Transaction | Confirming | Reversing =
    "finalizing" in transaction ? transaction.finalizing : transaction;
  return "decision" in finalizing ? finalizing.decision : undefined;
}

const startedWith = (start: TransactionStart): unknown => ("request" in start ? start.request : start.lookup);

/** What a confirmation says, whether in an intent or in the advice that came of it. */
const saidIn = ({ tenders, amounts }: { readonly tenders?: unknown; readonly amounts?: unknown }): unknown => ({
  tenders,
  amounts,
});
