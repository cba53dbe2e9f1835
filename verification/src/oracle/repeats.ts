import {
  type Amounts,
  compareRepeat,
  compareStart,
  type Digester,
  type Intent,
  redact,
  type Sameness,
  type StartEntry,
  type Tender,
  type Transaction,
} from "@electrum-vouchers/core";
import { adviceOf } from "./messages.ts";

// Repeats outlive redaction. Whatever a till may send again must be known, and whatever differs must not be taken for it: a till that is told
// "another id is in use" sells a second time, and one that is told "it stands" hands out what was never bought.

/** A digest that shows what it was made of, so that no two texts share one. */
const digesterUnder = (keyId: string): Digester => ({ keyId, digest: (text) => `${keyId} ${text}` });

/** The key under which transactions are redacted here. */
const digester: Digester = digesterUnder("of the redaction");

const anotherDigester = digesterUnder("another");

/** Whether every repeat of what a transaction was told is known once it was redacted, and nothing else is. */
export function areRepeatsKnown(transaction: Transaction): boolean {
  const redacted = redact(transaction, { digester });
  return inputsOf(transaction).every(
    (input) =>
      input.compareWith(redacted, digester) === (input.isSame ? "same" : "different") &&
      input.compareWith(redacted, anotherDigester) === "secretsNotCompared" &&
      input.compareWith(redacted, undefined) === "secretsNotCompared",
  );
}

/** An input as it may come again, and whether it is the one that the transaction took. */
interface Repeated {
  readonly isSame: boolean;
  compareWith(redacted: Transaction, given: Digester | undefined): Sameness | undefined;
}

const repeatedStart = (entry: StartEntry, isSame: boolean): Repeated => ({
  isSame,
  compareWith: (redacted, given) => compareStart(redacted, entry, given),
});

const repeatedIntent = (intent: Intent, isSame: boolean): Repeated => ({
  isSame,
  compareWith: (redacted, given) => compareRepeat(redacted, intent, given)?.sameness,
});

const inputsOf = (transaction: Transaction): readonly Repeated[] => [
  ...startsOf(transaction),
  ...redeemsOf(transaction),
  ...confirmationsOf(transaction),
];

const OTHER_CODE = "another voucher";

/** Its own start, and one that differs in what redaction masks. */
function startsOf(transaction: Transaction): readonly Repeated[] {
  if (transaction.kind === "provision") {
    const { start } = transaction;
    const other = { ...start, request: { ...start.request, voucher: { code: OTHER_CODE } } };
    return [
      repeatedStart({ type: "provisionStarted", start }, true),
      repeatedStart({ type: "provisionStarted", start: other }, false),
    ];
  }
  if (transaction.kind === "refund") {
    const { start } = transaction;
    const other = { ...start, request: { ...start.request, voucher: { code: OTHER_CODE } } };
    return [
      repeatedStart({ type: "refundStarted", start }, true),
      repeatedStart({ type: "refundStarted", start: other }, false),
    ];
  }
  const { start } = transaction;
  const other = { ...start, lookup: { voucherCode: OTHER_CODE } };
  return [
    repeatedStart({ type: "redemptionStarted", start }, true),
    repeatedStart({ type: "redemptionStarted", start: other }, false),
  ];
}

function redeemsOf(transaction: Transaction): readonly Repeated[] {
  if (!("redeem" in transaction)) return [];
  const { request, at } = transaction.redeem;
  const other = { ...request, voucher: { ...request.voucher, code: OTHER_CODE } };
  return [
    repeatedIntent({ type: "redeem", request, at }, true),
    repeatedIntent({ type: "redeem", request: other, at }, false),
  ];
}

const OTHER_TENDER: Tender = {
  tenderType: "CASH",
  amount: { amount: 1, currency: "710" },
  reference: "another payment",
};

const OTHER_AMOUNTS: Amounts = { approvedAmount: { amount: 1, currency: "710" } };

function confirmationsOf(transaction: Transaction): readonly Repeated[] {
  const advice = adviceOf(transaction);
  const at = 0;
  switch (advice?.operation) {
    case "confirmVoucher": {
      const { tenders, amounts } = advice.message;
      const intent: Intent = { type: "confirm", tenders, ...(amounts === undefined ? {} : { amounts }), at };
      return [repeatedIntent(intent, true), repeatedIntent({ ...intent, tenders: [...tenders, OTHER_TENDER] }, false)];
    }
    case "confirmRedeem":
    case "confirmRefund": {
      const { amounts } = advice.message;
      const intent: Intent = { type: "confirm", ...(amounts === undefined ? {} : { amounts }), at };
      return [repeatedIntent(intent, true), repeatedIntent({ ...intent, amounts: OTHER_AMOUNTS }, false)];
    }
    default:
      return [];
  }
}
