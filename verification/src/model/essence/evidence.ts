import {
  type Answer,
  type Command,
  decide,
  dueOf,
  type Fact,
  type Instant,
  type Intent,
  observe,
  type Policy,
  type SilenceCause,
  startProvision,
  startRedemption,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import { essenceOf } from "./essence.ts";
import { provisionStarts, redemptionRequest, redemptionStarts, tenders, TRANSACTION_ID } from "../fixtures.ts";
import { adviceOf } from "../../messages-of.ts";
import { later, NOW } from "../time/time.ts";

/** How many transactions were told apart in full, how many by their essence, and how many of these go on in two ways. */
export interface Evidence {
  readonly transactions: number;
  readonly essences: number;
  readonly meetings: number;
  /** Each with the event that tells two transactions of one essence apart, or that comes to two different things. */
  readonly differences: readonly string[];
}

/**
 * Shows that what the model checker leaves out of its states changes nothing: how an unknown outcome looked, who decided, and
 * how long ago things happened. Every life of a transaction is led here with nothing left out and a clock that runs on, until
 * `until`; whatever looks alike to the checker must then go on alike, whatever happens.
 */
export function compareEvidence(
  kind: Transaction["kind"],
  policy: Policy,
  until: Instant,
  essence: (transaction: Transaction) => string = essenceOf,
): Evidence {
  const seen = new Set<string>();
  const open: Moment[] = [];
  const ways = new Map<string, ReadonlyMap<string, string>>();
  const differences: string[] = [];
  let meetings = 0;

  /** As the checker sees it: from the present, and without what is kept for people. */
  const looks = ({ transaction, now }: Moment): string => {
    const present = later(transaction, now - NOW);
    return `${essence(present)} ${Math.max(NOW, dueOf(present)?.at ?? 0)}`;
  };
  const visit = (moment: Moment): void => {
    const key = JSON.stringify(moment);
    if (!seen.has(key)) open.push(moment);
    seen.add(key);
  };

  visit({ transaction: begun(kind, policy), now: NOW });
  for (let moment = open.pop(); moment !== undefined; moment = open.pop()) {
    const { transaction, now } = moment;
    const way = new Map<string, string>();
    for (const [event, { transaction: next, commands }] of meetingsOf(moment)) {
      meetings += 1;
      const isNothing = next === transaction && commands.length === 0;
      if (!isNothing) visit({ transaction: next, now });
      const outcome = isNothing ? "nothing" : `${looks({ transaction: next, now })} ${seenFrom(commands, now)}`;
      if ((way.get(event) ?? outcome) !== outcome) differences.push(`${transaction.state}: ${event}, in two ways`);
      way.set(event, outcome);
    }
    const look = looks(moment);
    const known = ways.get(look) ?? way;
    ways.set(look, known);
    const events = new Set([...known.keys(), ...way.keys()]);
    differences.push(
      ...[...events]
        .filter((event) => known.get(event) !== way.get(event))
        .map((event) => `${transaction.state}: ${event}`),
    );
    if (now < until) visit({ transaction, now: now + 1 });
  }
  return { transactions: seen.size, essences: ways.size, meetings, differences };
}

interface Moment {
  readonly transaction: Transaction;
  readonly now: Instant;
}

const seenFrom = (commands: readonly Command[], now: Instant): string => JSON.stringify(later({ commands }, now - NOW));

const CODE = "1234";

function begun(kind: Transaction["kind"], policy: Policy): Transaction {
  const [sale] = provisionStarts(policy);
  const [redemption] = redemptionStarts(policy, CODE);
  if (sale === undefined || redemption === undefined) throw new RangeError("there is a way to start");
  return kind === "provision"
    ? startProvision(sale)._unsafeUnwrap().transaction
    : startRedemption(redemption)._unsafeUnwrap().transaction;
}

/** Everything that can happen, by the name of what the checker takes it for, and what comes of it. */
function meetingsOf({ transaction, now }: Moment): readonly (readonly [string, Step<Transaction>])[] {
  return [
    ...factsAt(transaction, now).map(([name, fact]) => [name, observe(transaction, fact)] as const),
    ...intentsAt(transaction, now).flatMap(([name, intent]) =>
      decide(transaction, intent)
        .map((step) => [[name, step] as const])
        .unwrapOr([]),
    ),
  ];
}

/** As many as any of the lives makes: a request and its retry, or two lookups and the redemption. */
const attempts = { provision: [0, 1], redemption: [0, 1, 2] } as const;

/** Answers and silences, by what the checker takes them for: those of one name must come to the same. */
const replies: readonly (readonly [name: string, status: number, body: object | string])[] = [
  ["approved", 201, { id: TRANSACTION_ID, voucher: { code: CODE }, thirdPartyIdentifiers: [] }],
  ["declined", 400, { errorType: "TRANSACTION_DECLINED" }],
  ["declined", 404, ""],
  ["open", 500, ""],
  ["open", 400, { errorType: "DUPLICATE_RECORD" }],
  ["open", 201, "{"],
  ["open", 201, { id: "another" }],
];

const silences: readonly SilenceCause[] = ["deadline", "unreachable", "interrupted"];

const acknowledgements: readonly (readonly [name: string, status: number, body: object | string])[] = [
  ["acknowledged", 202, ""],
  ["to be repeated", 500, ""],
  ["refused", 400, { errorType: "FORMAT_ERROR" }],
  ["not there", 404, { errorType: "UNABLE_TO_LOCATE_RECORD" }],
  ["seen before", 400, { errorType: "DUPLICATE_RECORD" }],
  ["credentials refused", 401, ""],
];

const answerOf = (status: number, body: object | string): Answer => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

function factsAt(transaction: Transaction, at: Instant): readonly (readonly [string, Fact])[] {
  const adviceId = adviceOf(transaction)?.message.id;
  return [
    ...attempts[transaction.kind].flatMap((attempt): readonly (readonly [string, Fact])[] => [
      ...replies.map(
        ([name, status, body]) =>
          [`${name} ${attempt}`, { type: "reply", attempt, ...answerOf(status, body), at }] as const,
      ),
      ...silences.map((cause) => [`silence ${attempt}`, { type: "silence", attempt, cause, at }] as const),
      [`silence ${attempt}`, { type: "interruption", attempt, at }],
      ...(["retry", "lookup", "decision"] as const).map(
        (timer) => [`${timer} timer ${attempt}`, { type: "timer", timer, attempt, at }] as const,
      ),
    ]),
    ...(adviceId === undefined ? [] : acknowledgements).map(
      ([name, status, body]) =>
        [name, { type: "adviceAnswered", adviceId: adviceId ?? "", ...answerOf(status, body), at }] as const,
    ),
  ];
}

function intentsAt({ kind }: Transaction, at: Instant): readonly (readonly [string, Intent])[] {
  const intents: readonly Intent[] = [
    kind === "provision" ? { type: "confirm", tenders, at } : { type: "confirm", at },
    { type: "cancel", at },
    { type: "lookUp", at },
    { type: "redeem", request: redemptionRequest("ordinary", CODE), at },
    { type: "resend", at },
    { type: "resolve", as: "confirmed", by: "a person", why: "both sides were asked", at },
    { type: "resolve", as: "reversed", by: "a person", why: "both sides were asked", at },
  ];
  return intents.map((intent) => [intent.type === "resolve" ? `resolve as ${intent.as}` : intent.type, intent]);
}
