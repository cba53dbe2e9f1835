import {
  type Answer,
  canHandOver,
  decode,
  encode,
  type Entry,
  type Fact,
  handOver,
  isFinal,
  redact,
  redactEntry,
  replay,
  type Transaction,
} from "@electrum-vouchers/core";
import { showsSecret } from "./errors.ts";
import { expectationOf } from "./expectation.ts";
import type { Random } from "../random.ts";
import { adviceIdOf, attemptOf, NOW, nameOf, type Situation } from "./situations.ts";
import { type Faults, type Subject, unless } from "./subject.ts";
import { fieldOf, objectIn } from "./verdict.ts";

/** Lets an answer meet a transaction that may or may not wait for it. */
export function meetingFaults(subject: Subject, random: Random, situation: Situation, answer: Answer): Faults {
  const { transaction: before } = situation;
  const fact = factOf(random, before, answer);
  const { transaction: after } = subject.observe(before, fact);
  const faults = [
    ...stateFaults(before, fact, after),
    ...voucherFaults(before, after),
    ...recordFaults(after),
    ...secretFaults(after, answer),
    ...scrubbingFaults([...situation.journal, { type: "fact", fact }], after),
  ];
  return faults.map((fault) => `${nameOf(situation)} meets ${nameOfFact(fact)}: ${fault}`);
}

const nameOfFact = (fact: Fact): string =>
  "attempt" in fact ? `${fact.type} to attempt ${fact.attempt} at ${fact.at}` : `${fact.type} at ${fact.at}`;

/** The answer as what the transaction waits for, mostly. */
function factOf(random: Random, transaction: Transaction, answer: Answer): Fact {
  const owesAdvice = transaction.state === "confirming" || transaction.state === "reversing";
  if (owesAdvice ? random.chance(0.8) : random.chance(0.1)) {
    return { type: "adviceAnswered", adviceId: adviceIdOf(transaction), at: NOW, ...answer };
  }
  const deadlineAt = "deadlineAt" in transaction ? transaction.deadlineAt : NOW;
  const at = random.pick([NOW, NOW, deadlineAt, deadlineAt + 1]);
  return { type: "reply", attempt: attemptOf(transaction) + random.pick([0, 0, 0, 0, 1, -1]), at, ...answer };
}

function stateFaults(before: Transaction, fact: Fact, after: Transaction): Faults {
  const { state, isLateApproval = false } = expectationOf(before, fact);
  const isMarked = ({ marks }: Transaction): boolean => marks.some(({ reason }) => reason === "lateApproval");
  return [
    ...unless(after.state === state, `it is ${after.state}, should be ${state}`),
    ...unless(isMarked(after) === (isMarked(before) || isLateApproval), "its mark of a late approval is wrong"),
    ...unless(!isFinal(before) || after.state === before.state, "a final state was left"),
    ...unless(after.id === before.id && after.start === before.start, "it became another transaction"),
  ];
}

/** A voucher can be given out only if it could before, or where single messaging has just completed the sale. */
function voucherFaults(before: Transaction, after: Transaction): Faults {
  if (!canHandOver(after))
    return unless(!canHandOver(before) || after.state === "disputed", "a voucher was taken back");
  const isNew = !canHandOver(before) && after.state !== "completed";
  return [
    ...unless(!isNew, "a voucher is handed out that nobody confirmed"),
    ...unless(handOver(after).code.length > 0, "a voucher without a code is handed out"),
  ];
}

/** What an answer made can be stored, and read back as it was. */
const recordFaults = (after: Transaction): Faults =>
  decode(encode(after)).match(
    (read) => unless(encode(read) === encode(after), "it is read back as another one"),
    ({ type }) => [`it cannot be read back: ${type}`],
  );

/** A secret stays where a voucher is kept, and gets nowhere else: into no error, and into no advice. */
const secretFaults = (after: Transaction, { body }: Answer): Faults =>
  unless(
    mayShow(body) || !showsSecret(JSON.stringify(after, withoutVouchers)),
    "a secret got out of where vouchers are kept",
  );

const voucherFields = ["start", "redeem", "approval", "response"];

const withoutVouchers = (field: string, value: unknown): unknown => (voucherFields.includes(field) ? undefined : value);

/** Whether a body holds a secret where what stands there is kept: in its error's own texts, and among the identifiers. */
const mayShow = (body: string): boolean =>
  showsSecret(
    [
      "errorType",
      "errorMessage",
      "providerErrorCode",
      "providerErrorMessage",
      "providerErrorMsg",
      "thirdPartyIdentifiers",
    ].map((field) => fieldOf(objectIn(body) ?? {}, field)),
  );

/** Scrubbing the journal and replaying it gives the scrubbed transaction, whatever was in it. */
const scrubbingFaults = (journal: readonly Entry[], after: Transaction): Faults =>
  replay(journal.map(redactEntry)).match(
    (replayed) => unless(encode(replayed) === encode(redact(after)), "a scrubbed journal replays to something else"),
    ({ reason }) => [`a scrubbed journal does not replay: ${JSON.stringify(reason)}`],
  );
