import {
  type HttpResponse,
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
import { containsSecret } from "./errors.ts";
import { deriveState } from "./expected-state.ts";
import type { Random } from "../random.ts";
import { adviceIdOf, attemptOf, FIXTURE_NOW, fixtureName, type TransactionFixture } from "./fixtures.ts";
import { type Violations, type SystemUnderTest, violationUnless } from "./system-under-test.ts";
import { ownField, parseObject } from "./expected-outcomes.ts";

/** Feeds a response to a transaction that may or may not wait for it. */
export function checkDelivery(
  system: SystemUnderTest,
  random: Random,
  fixture: TransactionFixture,
  response: HttpResponse,
): Violations {
  const { transaction: before } = fixture;
  const fact = factOf(random, before, response);
  const { transaction: after } = system.observe(before, fact);
  const violations = [
    ...checkState(fixture, fact, after),
    ...checkVoucher(before, after),
    ...checkStored(after),
    ...checkSecrets(after, response),
    ...checkRedaction([...fixture.journal, { type: "fact", fact }], after),
  ];
  return violations.map((violation) => `${fixtureName(fixture)} meets ${factName(fact)}: ${violation}`);
}

const factName = (fact: Fact): string =>
  "attempt" in fact ? `${fact.type} to attempt ${fact.attempt} at ${fact.at}` : `${fact.type} at ${fact.at}`;

/** The response as the fact that the transaction waits for, in most cases. */
function factOf(random: Random, transaction: Transaction, response: HttpResponse): Fact {
  const owesAdvice = transaction.state === "confirming" || transaction.state === "reversing";
  if (owesAdvice ? random.chance(0.8) : random.chance(0.1)) {
    const { unnamedRepeatMs } = transaction.start.policy;
    const notBefore = "notBefore" in transaction ? transaction.notBefore : FIXTURE_NOW;
    const at = random.pick([FIXTURE_NOW, FIXTURE_NOW, notBefore + unnamedRepeatMs - 1, notBefore + unnamedRepeatMs]);
    const repeats = random.pick([{}, { repeats: 0 }, { repeats: 1 }]);
    return { type: "adviceResponse", adviceId: adviceIdOf(transaction), at, ...repeats, ...response };
  }
  const deadlineAt = "deadlineAt" in transaction ? transaction.deadlineAt : FIXTURE_NOW;
  const at = random.pick([FIXTURE_NOW, FIXTURE_NOW, deadlineAt, deadlineAt + 1]);
  return { type: "response", attempt: attemptOf(transaction) + random.pick([0, 0, 0, 0, 1, -1]), at, ...response };
}

function checkState({ transaction: before, journal }: TransactionFixture, fact: Fact, after: Transaction): Violations {
  const { state, items = [], keepsLateApproval = false } = deriveState(before, fact, journal);
  const listed = reasonsOf(after).join(", ");
  // One of each reason is enough for the operator.
  const expected = [...new Set([...reasonsOf(before), ...items])].join(", ");
  return [
    ...violationUnless(after.state === state, `it is ${after.state}, should be ${state}`),
    ...violationUnless(listed === expected, `it lists "${listed}" for the operator, should list "${expected}"`),
    ...violationUnless(
      after.state !== "reversing" || "lateApproval" in after === ("lateApproval" in before || keepsLateApproval),
      "a late approval is not kept as evidence, or is made up",
    ),
    ...violationUnless(!isFinal(before) || after.state === before.state, "a final state was left"),
    ...violationUnless(after.id === before.id && after.start === before.start, "it became another transaction"),
  ];
}

const reasonsOf = ({ reconciliation }: Transaction): readonly string[] => reconciliation.map(({ reason }) => reason);

/** A voucher may be handed over only if it could be before, or if single messaging has just completed the sale. */
function checkVoucher(before: Transaction, after: Transaction): Violations {
  if (!canHandOver(after))
    return violationUnless(!canHandOver(before) || after.state === "disputed", "a voucher was taken back");
  const isNew = !canHandOver(before) && after.state !== "completed";
  return [
    ...violationUnless(!isNew, "a voucher is handed over that is not confirmed"),
    ...violationUnless(handsOverCode(after), "a voucher without a code is handed out"),
  ];
}

/** A redemption may leave no voucher. */
const handsOverCode = (transaction: Transaction): boolean =>
  handOver(transaction).match(
    ({ voucher }) => (voucher === undefined ? transaction.kind === "redemption" : voucher.code.length > 0),
    () => false,
  );

/** The transaction after a response can be stored, and reads back as it was. */
const checkStored = (after: Transaction): Violations =>
  decode(encode(after)).match(
    (stored) => violationUnless(encode(stored) === encode(after), "it is read back as another one"),
    ({ type }) => [`it cannot be read back: ${type}`],
  );

/** A secret stays in the fields that hold a voucher. It gets into no error and into no advice. */
const checkSecrets = (after: Transaction, { body }: HttpResponse): Violations =>
  violationUnless(
    mayContainSecret(body) || !containsSecret(JSON.stringify(after, omitVouchers)),
    "a secret got out of where vouchers are kept",
  );

const voucherFields = ["start", "redeem", "approval", "response"];

const omitVouchers = (field: string, value: unknown): unknown => (voucherFields.includes(field) ? undefined : value);

/** Whether a body holds a secret in fields that are kept: in the texts of its error, and in the identifiers. */
const mayContainSecret = (body: string): boolean =>
  containsSecret(
    [
      "errorType",
      "errorMessage",
      "providerErrorCode",
      "providerErrorMessage",
      "providerErrorMsg",
      "thirdPartyIdentifiers",
    ].map((field) => ownField(parseObject(body) ?? {}, field)),
  );

/** Replaying the redacted journal gives the redacted transaction, whatever the journal held. */
const checkRedaction = (journal: readonly Entry[], after: Transaction): Violations =>
  replay(journal.map((entry) => redactEntry(entry, after))).match(
    (replayed) =>
      violationUnless(encode(replayed) === encode(redact(after)), "a redacted journal replays to something else"),
    ({ reason }) => [`a redacted journal does not replay: ${JSON.stringify(reason)}`],
  );
