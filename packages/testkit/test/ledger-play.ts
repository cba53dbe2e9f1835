import {
  type AttentionCell,
  decide,
  type Fact,
  type HttpResponse,
  type Instant,
  type Intent,
  observe,
  type OutgoingMessage,
  pendingAdvice,
  type Policy,
  type QueueAdvice,
  type SendRequest,
  startProvision,
  startRedemption,
  startRefund,
  type Step,
  timerFact,
  toDateTime,
  toHttp,
  type Transaction,
} from "@electrum-vouchers/core";
import { firstVouchers, handle, type ProviderName, type VoucherRecord, type World } from "@electrum-vouchers/simulator";
import { isJsonObject, parseJson } from "../src/json.ts";
import { policyOf, providerProfiles } from "../src/messages/policies.ts";
import {
  CLIENT,
  cents,
  provisionRequest,
  receiver,
  redemptionRequest,
  refundRequest,
  requestFields,
  tenders,
  uuid,
} from "../src/messages/requests.ts";
import {
  emptyWorld,
  sendToSwitch,
  worldWithRedemption,
  worldWithVoucher,
} from "../src/simulated-electrum/initial-world.ts";
import { unwrap } from "../src/unwrap.ts";

export interface PlayChoices {
  readonly messaging?: Policy["messaging"];
  /** Default: none. */
  readonly retries?: number;
  /** Whether a reversal that comes before its request blocks it. Default: it does. */
  readonly remembersReversals?: boolean;
  readonly decisionDeadlineMs?: number;
}

interface Routing {
  /** The request reaches another site of the switch, which knows nothing of the first one's requests. */
  readonly atSecondSite?: boolean;
}

/** The response to an attempt. */
interface AttemptResponse {
  readonly attempt: number;
  readonly response: HttpResponse;
}

export type Loss = Pick<AttentionCell, "voucher" | "loser">;

/** One transaction of the core, played against the simulator's switch. What goes wrong on the way is for the test to say. */
export interface LedgerPlay {
  readonly transaction: () => Transaction;
  /** The request is processed, and its response comes. */
  readonly approves: (routing?: Routing) => void;
  /** As `approves`, but on its way to the switch the request was altered: it asks for twice the amount. */
  readonly approvesOtherAmount: () => void;
  /** The request is processed, and its response is under way for longer than the till waits. Gives the response. */
  readonly responseIsLost: (routing?: Routing) => AttemptResponse;
  /** The request is under way for longer than the till waits. It is processed once the given function is called. */
  readonly requestIsHeldUp: () => () => AttemptResponse;
  /** A response comes that the till no longer waits for. */
  readonly respondsLate: (late: AttemptResponse) => void;
  readonly confirm: () => void;
  readonly cancel: () => void;
  /** The customer begins to pay, and nobody says how that ended, until the time to decide is over. */
  readonly paysUnseen: () => void;
  /** An operator wants the advice not to be sent for now. */
  readonly hold: () => void;
  /** The advice is processed, and its response comes. */
  readonly deliverAdvice: () => void;
  /** The advice does not reach the switch. Something on the way gives this response, for as long as the till repeats the advice. */
  readonly gatewayTakesAdvice: (response: HttpResponse) => void;
  /** The switch refuses the advice, and applies nothing. */
  readonly adviceIsRefused: (response: HttpResponse) => void;
  /** An advice about this transaction that is not the till's, such as an operator's at Electrum, is processed. */
  readonly finalizedElsewhere: (which: "confirm" | "reverse") => void;
  /** What the ledger says was lost, given which way the till has ended it. */
  readonly loss: (direction: AttentionCell["direction"]) => Loss;
}

const OPENS_AT: Instant = Date.parse("2026-03-01T08:00:00.000Z");
const PRICE_CENTS = 10_000;
const GOODS_CENTS = 2_500;
const SECOND_SITE = "second-site";
const ID = uuid(1);

const settingsOf = ({ messaging, remembersReversals = true }: PlayChoices): Partial<World["settings"]> => ({
  remembersReversals,
  singleMessagingUsers: messaging === "single" ? [CLIENT, SECOND_SITE] : [],
});

const startOf = (provider: ProviderName, { messaging = "dual", retries = 0, ...timing }: PlayChoices) => ({
  confirmationId: uuid(2),
  reversalId: uuid(3),
  policy: policyOf({
    provider: providerProfiles[provider],
    messaging,
    retries,
    ...(timing.decisionDeadlineMs === undefined ? {} : { decisionDeadlineMs: timing.decisionDeadlineMs }),
  }),
  at: OPENS_AT,
});

/** A sale of R100.00. */
export function playSale(provider: ProviderName, choices: PlayChoices = {}): LedgerPlay {
  const request = provisionRequest(ID, { receiver: receiver(provider) });
  const step = unwrap(startProvision({ request, ...startOf(provider, choices) }));
  return createPlay(step, emptyWorld(settingsOf(choices)).world);
}

/** A redemption of R25.00, of a voucher that is worth R50.00. */
export function playRedemption(provider: ProviderName, choices: PlayChoices = {}): LedgerPlay {
  const { world, voucherCode } = worldWithVoucher(provider, settingsOf(choices));
  const start = startOf(provider, choices);
  const found = createPlay(unwrap(startRedemption({ id: ID, lookup: { voucherCode }, ...start })), world);
  found.approves();
  const request = redemptionRequest(ID, voucherCode, { amounts: { requestAmount: cents(GOODS_CENTS) } });
  return createPlay(unwrap(decide(found.transaction(), { type: "redeem", request, at: OPENS_AT })), world);
}

/** A refund of R25.00, which were redeemed of a voucher that is worth R50.00. */
export function playRefund(provider: ProviderName, choices: PlayChoices = {}): LedgerPlay {
  const { world, voucherCode: code } = worldWithRedemption(provider, settingsOf(choices));
  const amounts = { requestAmount: cents(GOODS_CENTS) };
  const request = refundRequest(ID, uuid(6), { voucher: { code }, amounts });
  return createPlay(unwrap(startRefund({ request, ...startOf(provider, choices) })), world);
}

/** How far a transaction and the switch have come. */
interface Progress {
  transaction: Transaction;
  commands: Step<Transaction>["commands"];
  world: World;
  /** The switch's last response to the request. */
  response: HttpResponse;
  now: Instant;
}

function createPlay({ transaction, commands }: Step<Transaction>, world: World): LedgerPlay {
  const progress: Progress = { transaction, commands, world, response: { status: 0, body: "" }, now: OPENS_AT };
  return {
    transaction: () => progress.transaction,
    ...playRequests(progress),
    ...playFinalization(progress),
    loss: (direction) => lossOf[progress.transaction.kind](progress.world, direction, progress.now, progress.response),
  };
}

type Requests = "approves" | "approvesOtherAmount" | "responseIsLost" | "requestIsHeldUp" | "respondsLate";

function playRequests(progress: Progress): Pick<LedgerPlay, Requests> {
  const processAt = (command: SendRequest, { atSecondSite = false }: Routing): AttemptResponse =>
    atSecondSite
      ? processRequest(progress, command, { client: { id: SECOND_SITE, name: SECOND_SITE } }, SECOND_SITE)
      : processRequest(progress, command);

  function timeOut({ attempt, deadlineAt }: SendRequest): void {
    progress.now = deadlineAt;
    feed(progress, { type: "noResponse", attempt, cause: "deadline", at: deadlineAt });
  }

  const respond = ({ attempt, response: { status, body } }: AttemptResponse): void =>
    feed(progress, { type: "response", attempt, status, body, at: progress.now });

  return {
    approves: (routing = {}) => respond(processAt(attemptUnderWay(progress), routing)),
    approvesOtherAmount: () => {
      const amount = cents(2 * (progress.transaction.kind === "provision" ? PRICE_CENTS : GOODS_CENTS));
      const amounts = { requestAmount: amount, approvedAmount: amount };
      respond(processRequest(progress, attemptUnderWay(progress), { amounts }));
    },
    responseIsLost: (routing = {}) => {
      const command = attemptUnderWay(progress);
      const response = processAt(command, routing);
      timeOut(command);
      return response;
    },
    requestIsHeldUp: () => {
      const command = attemptUnderWay(progress);
      timeOut(command);
      return () => processRequest(progress, command);
    },
    respondsLate: respond,
  };
}

function playFinalization(progress: Progress): Omit<LedgerPlay, Requests | "transaction" | "loss"> {
  const intend = (intent: Intent): void => take(progress, unwrap(decide(progress.transaction, intent)));

  /** The moment has come to deliver the advice. */
  function adviceThatIsDue(): QueueAdvice["advice"] {
    const pending = pendingAdvice(progress.transaction);
    if (pending === undefined) throw new Error(`no advice is owed while ${progress.transaction.state}`);
    progress.now = Math.max(progress.now, pending.notBefore);
    return pending.advice;
  }

  function respondToAdvice({ status, body }: HttpResponse, repeats = 0): void {
    const adviceId = adviceThatIsDue().message.id;
    feed(progress, { type: "adviceResponse", adviceId, status, body, repeats, at: progress.now });
  }

  return {
    confirm: () => {
      const { transaction, now } = progress;
      intend({ type: "confirm", ...(transaction.kind === "provision" ? { tenders } : {}), at: now });
    },
    cancel: () => intend({ type: "cancel", at: progress.now }),
    paysUnseen: () => {
      const [waiting] = progress.commands;
      if (waiting?.type !== "wakeAt") throw new Error("the till may take as long as it likes");
      intend({ type: "paymentStarted", at: progress.now });
      progress.now = waiting.at;
      feed(progress, timerFact(waiting, waiting.at));
    },
    hold: () => intend({ type: "hold", by: "Thandi", reason: "INC-4411", at: progress.now }),
    deliverAdvice: () => respondToAdvice(processAdvice(progress, adviceThatIsDue())),
    gatewayTakesAdvice: (response) => {
      respondToAdvice(response);
      progress.now += progress.transaction.start.policy.unnamedRepeatMs;
      respondToAdvice(response, 1);
    },
    adviceIsRefused: (response) => respondToAdvice(response),
    finalizedElsewhere: (which) => {
      const { status } = processAdvice(progress, adviceFromElsewhere(progress, which));
      if (status !== 202) throw new Error(`the switch does not take the other advice: ${status}`);
    },
  };
}

function take(progress: Progress, { transaction, commands }: Step<Transaction>): void {
  progress.transaction = transaction;
  progress.commands = commands;
}

const feed = (progress: Progress, fact: Fact): void => take(progress, observe(progress.transaction, fact));

/** The attempt that is under way. A retry is sent when it is due. */
function attemptUnderWay(progress: Progress): SendRequest {
  const [waiting] = progress.commands;
  if (waiting?.type === "wakeAt") {
    progress.now = waiting.at;
    feed(progress, timerFact(waiting, waiting.at));
  }
  const [command] = progress.commands;
  if (command?.type !== "sendRequest") throw new Error(`no request is sent while ${progress.transaction.state}`);
  return command;
}

/** The switch processes the request, after something on the way has changed these fields. */
function processRequest(
  progress: Progress,
  { attempt, request }: SendRequest,
  alterations: object = {},
  user: string = CLIENT,
): AttemptResponse {
  const { method, target, body = "" } = toHttp(request);
  const message = parseJson(body);
  const altered = isJsonObject(message) ? { body: JSON.stringify({ ...message, ...alterations }) } : {};
  const { world, response } = handle(progress.world, { method, target, ...altered, user, at: progress.now });
  progress.world = world;
  progress.response = response;
  return { attempt, response };
}

function processAdvice(progress: Progress, outgoing: OutgoingMessage): HttpResponse {
  const { world, response } = sendToSwitch(progress.world, outgoing, progress.now);
  progress.world = world;
  return response;
}

function adviceFromElsewhere({ transaction, now }: Progress, which: "confirm" | "reverse"): OutgoingMessage {
  const { thirdPartyIdentifiers } = requestFields();
  const basic = { id: uuid(4), requestId: ID, time: toDateTime(now), thirdPartyIdentifiers };
  if (which === "reverse") {
    const operation = reversals[transaction.kind];
    return { operation, message: { ...basic, reversalReason: "CANCELLED" } };
  }
  return transaction.kind === "provision"
    ? { operation: "confirmVoucher", message: { ...basic, tenders } }
    : { operation: transaction.kind === "redemption" ? "confirmRedeem" : "confirmRefund", message: basic };
}

const reversals = { provision: "reverseVoucher", redemption: "reverseRedeem", refund: "reverseRefund" } as const;

// --- What the ledger says. It is asked as a till would ask it: by a redemption.

/** What comes of it if a customer pays with this voucher now. */
function redeemAgain(world: World, { voucher }: VoucherRecord, at: Instant): "redeemed" | "spent" | "refused" {
  const request = redemptionRequest(uuid(5), voucher.code);
  const { status, body } = sendToSwitch(world, { operation: "redeemVoucher", message: request }, at).response;
  if (status === 201) return "redeemed";
  return body.includes("VOUCHER_ALREADY_REDEEMED") ? "spent" : "refused";
}

const loserOf = (shopCents: number, customerCents: number): Loss["loser"] =>
  shopCents < 0 ? "shop" : customerCents < 0 ? "customer" : "none";

/** The shop is billed for what is live. A customer has paid, and holds a voucher, only if the till has confirmed the sale. */
function lossOfSale(world: World, direction: AttentionCell["direction"], at: Instant): Loss {
  const live = firstVouchers(world, 10).filter((voucher) => redeemAgain(world, voucher, at) === "redeemed");
  const billedCents = live.reduce((sum, { value }) => sum + (value?.amount ?? 0), 0);
  const paidCents = direction === "confirmed" ? PRICE_CENTS : 0;
  const heldCents = direction === "confirmed" ? (live[0]?.value?.amount ?? 0) : 0;
  const loser = loserOf(paidCents - billedCents, heldCents - paidCents);
  if (direction === "reversed") return { voucher: live.length > 0 ? "mayBeLive" : "none", loser };
  if (live.length === 0) return { voucher: "mayBeDead", loser };
  if (live.length > 1) return { voucher: "secondVoucher", loser };
  return { voucher: billedCents === paidCents ? "none" : "otherValue", loser };
}

/** The shop is paid for what is spent. It has given goods only if the till has confirmed the redemption. */
function lossOfRedemption(world: World, direction: AttentionCell["direction"], at: Instant): Loss {
  const [voucher] = firstVouchers(world, 1);
  if (voucher === undefined) throw new Error("the ledger holds no voucher");
  const isSpent = redeemAgain(world, voucher, at) === "spent";
  const spentCents = isSpent ? redeemedCents(world, at) : 0;
  const goodsCents = direction === "confirmed" ? GOODS_CENTS : 0;
  const loser = loserOf(spentCents - goodsCents, goodsCents - spentCents);
  if (direction === "reversed") return { voucher: isSpent ? "mayBeSpent" : "none", loser };
  if (!isSpent) return { voucher: "mayBeUnspent", loser };
  return { voucher: spentCents === goodsCents ? "none" : "otherValue", loser };
}

/** What is usable again is not paid to the shop. The customer has given back goods only if the till has confirmed the refund. */
function lossOfRefund(world: World, direction: AttentionCell["direction"], at: Instant, approval: HttpResponse): Loss {
  const [voucher] = firstVouchers(world, 1);
  if (voucher === undefined) throw new Error("the ledger holds no voucher");
  const isUsable = redeemAgain(world, voucher, at) === "redeemed";
  const refundedCents = isUsable ? approvedCents(approval) : 0;
  const returnedCents = direction === "confirmed" ? GOODS_CENTS : 0;
  const loser = loserOf(returnedCents - refundedCents, refundedCents - returnedCents);
  if (direction === "reversed") return { voucher: isUsable ? "mayBeRefunded" : "none", loser };
  if (!isUsable) return { voucher: "mayBeUnrefunded", loser };
  return { voucher: refundedCents === returnedCents ? "none" : "otherValue", loser };
}

const lossOf = { provision: lossOfSale, redemption: lossOfRedemption, refund: lossOfRefund } as const;

/** How much the switch approved of the redemption. */
function redeemedCents(world: World, at: Instant): number {
  const { response } = sendToSwitch(world, { operation: "lookupRedemption", message: { requestId: ID } }, at);
  return approvedCents(response);
}

function approvedCents({ status, body: text }: HttpResponse): number {
  const body = parseJson(text);
  const amounts = isJsonObject(body) ? body["amounts"] : undefined;
  const approved = isJsonObject(amounts) ? amounts["approvedAmount"] : undefined;
  const amount = isJsonObject(approved) ? approved["amount"] : undefined;
  if (typeof amount !== "number") throw new Error(`the switch names no amount: ${status} ${text}`);
  return amount;
}
