import {
  decide,
  type Fact,
  type Intent,
  isFinal,
  netcare,
  observe,
  type Policy,
  parsePolicy,
  type ProvisionRequest,
  type RedemptionRequest,
  resume,
  type Step,
  startProvision,
  startRedemption,
  startRefund,
  stellr,
  type Transaction,
} from "@electrum-vouchers/core";

/** One arrow of a diagram. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The message that goes out, or the timer that is set. */
  readonly command?: string;
}

export interface StateDiagram {
  readonly arrows: readonly Arrow[];
  readonly finals: readonly string[];
}

const ID = "7d9f3a52-5c1e-4a4b-9c5e-0f6a1b2c3d4e";
const CONFIRMATION_ID = "1c0f6a1b-2c3d-4e5f-8a9b-7d9f3a525c1e";
const REVERSAL_ID = "2e8d4c5b-6a7f-4081-9b2c-3d4e5f6a7b8c";

/** More states than any transaction has under these policies: a search that needs more is in a loop. */
const MAX_STATES = 2_000;

const fields = {
  id: ID,
  time: "2026-01-01T09:00:00.000Z",
  originator: {
    institution: { id: "1", name: "Shop" },
    terminalId: "12345678",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: "shop", name: "Shop" },
  thirdPartyIdentifiers: [],
} as const;

const provisionRequest: ProvisionRequest = fields;
const redemptionRequest: RedemptionRequest = { ...fields, voucher: { code: "1" } };

const policies: readonly Policy[] = (["dual", "single"] as const).flatMap((messaging) =>
  [undefined, netcare, stellr].flatMap((provider) =>
    [{}, { decisionDeadlineMs: 1 }].map((decision) =>
      parsePolicy({
        messaging,
        retries: 1,
        lookupRetries: 1,
        ...(provider === undefined ? {} : { provider }),
        ...decision,
      })._unsafeUnwrap(),
    ),
  ),
);

/** Every transition of a shipped machine, found by exploring it. */
export function exploreMachine(kind: Transaction["kind"]): StateDiagram {
  const arrows = new Map<string, Arrow>();
  const finals = new Set<string>();
  const seen = new Set<string>();
  const open: Transaction[] = [];

  function add(from: string, label: string, { transaction, commands: [command] }: Step<Transaction>): void {
    const operation =
      command?.type === "sendRequest"
        ? command.request.operation
        : command?.type === "queueAdvice"
          ? command.advice.operation
          : undefined;
    const arrow = { from, to: transaction.state, label, ...(operation === undefined ? {} : { command: operation }) };
    arrows.set(JSON.stringify(arrow), arrow);
    if (isFinal(transaction)) finals.add(transaction.state);
    const key = stateKey(transaction);
    if (!seen.has(key)) open.push(transaction);
    seen.add(key);
  }

  for (const each of policies) add("[*]", "start", start(kind, each));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.size > MAX_STATES) throw new Error(`more than ${MAX_STATES} states`);
    for (const [label, fact] of factsFor(next)) {
      const step: Step<Transaction> = observe(next, fact);
      if (step.transaction !== next && step.ignored === undefined) add(next.state, label, step);
    }
    for (const intent of intents) {
      const step: Step<Transaction> | undefined = decide(next, intent).unwrapOr(undefined);
      if (step !== undefined && step.transaction !== next) add(next.state, intent.type, step);
    }
  }
  return { arrows: [...arrows.values()], finals: [...finals] };
}

/** What makes two transactions differ here. Attempt numbers do not: lookups can be repeated for ever, and the search would not end. */
const stateKey = (transaction: Transaction): string =>
  JSON.stringify([
    transaction.start.policy,
    transaction.state,
    "attempt" in transaction && transaction.attempt > 0,
    "cancelledAt" in transaction,
    "inDoubt" in transaction,
    "finalizing" in transaction && transaction.finalizing.state,
    transaction.reconciliation.length > 0,
  ]);

function start(kind: Transaction["kind"], each: Policy): Step<Transaction> {
  const common = { confirmationId: CONFIRMATION_ID, reversalId: REVERSAL_ID, policy: each, at: 0 };
  switch (kind) {
    case "provision":
      return startProvision({ ...common, request: provisionRequest })._unsafeUnwrap();
    case "redemption":
      return startRedemption({ ...common, id: ID, lookup: { voucherCode: "1" } })._unsafeUnwrap();
    case "refund":
      return startRefund({ ...common, request: redemptionRequest })._unsafeUnwrap();
  }
}

const at = 1;

/** Long after any advice here was first due. */
const TWO_DAYS_MS = 2 * 24 * 60 * 60 * 1000;

const intents: readonly Intent[] = [
  { type: "confirm", tenders: [], at },
  { type: "confirm", at },
  { type: "cancel", at },
  { type: "lookUp", at },
  { type: "redeem", request: redemptionRequest, at },
  { type: "resend", by: "the operator", reason: "both sides were asked", at },
  { type: "resolve", resolution: "reversed", by: "a person", reason: "settled", at },
];

/** What can happen to a transaction that waits as this one does. */
function factsFor(transaction: Transaction): readonly (readonly [string, Fact])[] {
  const [command] = resume(transaction).commands;
  if (command === undefined) return [];
  if (command.type === "queueAdvice") {
    const adviceId = command.advice.message.id;
    const adviceResponse = (status: number, body: string, moment = at): Fact => ({
      type: "adviceResponse",
      adviceId,
      status,
      body,
      at: moment,
    });
    return [
      ["acknowledged", adviceResponse(202, JSON.stringify({ id: adviceId }))],
      ["acknowledged without an id for a day", adviceResponse(202, "", TWO_DAYS_MS)],
      ["refused for good", adviceResponse(400, JSON.stringify({ errorType: "FORMAT_ERROR" }))],
      ["contradicted", adviceResponse(400, JSON.stringify({ errorType: contradiction[command.advice.operation] }))],
    ];
  }
  if (command.type !== "wakeAt") return [];
  const { attempt, timer } = command;
  if (timer !== "replyDeadline") return [[`${timer} timer`, { type: "timer", timer, attempt, at }]];
  const approval = JSON.stringify({ id: ID, voucher: { code: "1" } });
  const decline = JSON.stringify({ id: ID, errorType: "TRANSACTION_DECLINED" });
  return [
    ["approved", { type: "response", attempt, status: 201, body: approval, at }],
    ["declined", { type: "response", attempt, status: 400, body: decline, at }],
    ["unknown", { type: "response", attempt, status: 500, body: "", at }],
    ["foreign", { type: "response", attempt, status: 403, body: "<html>blocked</html>", at }],
    ["unknown", { type: "interruption", attempt, at }],
  ];
}

const contradiction = {
  confirmVoucher: "VOUCHER_ALREADY_REVERSED",
  reverseVoucher: "VOUCHER_ALREADY_CONFIRMED",
  confirmRedeem: "REDEMPTION_ALREADY_REVERSED",
  reverseRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  confirmRefund: "REFUND_ALREADY_REVERSED",
  reverseRefund: "REFUND_ALREADY_CONFIRMED",
} as const;
