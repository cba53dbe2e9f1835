import { type Advice, type Answer, type Outgoing, operations, type Request } from "@electrum-vouchers/core";
import type { World } from "@electrum-vouchers/simulator";
import type { Handling } from "./handling.ts";
import { TRANSACTION_ID } from "../fixtures.ts";

/**
 * Every class of answer that may stand in for the switch's own, honestly: no client can do right by a switch that declines
 * what it has processed, or acknowledges what it has not. Written from Electrum's documents, not from how the core reads them.
 */
export function everyAnswer(
  before: World,
  { world: after, answer }: Handling,
  outgoing: Outgoing,
): readonly Handling[] {
  const unprocessed = (answer: Answer): Handling => ({ world: before, answer, fault: "it does not process it" });
  const processed = (answer: Answer): Handling => ({ world: after, answer, fault: "its answer is another" });
  const { always, ifProcessed, ifNot } = isAdvice(outgoing) ? toAdvice(outgoing) : toRequest(outgoing);
  return [
    ...always.flatMap((answer) => [unprocessed(answer), processed(answer)]),
    ...[...ifProcessed, ...alike(answer)].map(processed),
    ...ifNot.map(unprocessed),
  ];
}

interface Answers {
  /** They say nothing of what became of the message. */
  readonly always: readonly Answer[];
  readonly ifProcessed: readonly Answer[];
  readonly ifNot: readonly Answer[];
}

/** Of a pair of statuses for success either may come. */
const alike = (answer: Answer): readonly Answer[] =>
  answer.status < 300 ? [200, 201, 202].map((status) => ({ ...answer, status })) : [];

const isAdvice = (outgoing: Outgoing): outgoing is Advice => operations[outgoing.operation].kind !== "request";

const error = (status: number, errorType: string, id: string = TRANSACTION_ID): Answer => ({
  status,
  body: JSON.stringify({ id, errorType, errorMessage: "" }),
});

/** Another's message. */
const FOREIGN_ID = "0b2f4c1e-0000-4000-8000-000000000000";

const bare = (status: number): Answer => ({ status, body: "" });

const page = (status: number): Answer => ({ status, body: "<html></html>" });

const troubles: readonly Answer[] = [
  ...[301, 408, 425, 429, 500, 502, 503, 504].map(bare),
  page(502),
  error(500, "GENERAL_ERROR"),
  ...[400, 404, 503].flatMap((status) => [
    error(status, "UPSTREAM_UNAVAILABLE"),
    error(status, "VOUCHER_STATUS_UNKNOWN"),
  ]),
];

const unusable: readonly Answer[] = [
  bare(200),
  page(200),
  { status: 201, body: "{" },
  {
    status: 201,
    body: JSON.stringify({ id: FOREIGN_ID, voucher: { code: "another voucher" } }),
  },
];

function toRequest({ operation }: Request): Answers {
  const isProvision = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return {
    always: [
      ...troubles,
      ...unusable,
      error(400, "DUPLICATE_RECORD"),
      error(200, "TRANSACTION_DECLINED"),
      // An answer to a lookup bears no id of its own.
      ...(operation === "lookupVoucher" ? [] : [error(400, "TRANSACTION_DECLINED", FOREIGN_ID)]),
      ...(isProvision
        ? [
            error(400, "VOUCHER_ALREADY_PROVISIONED"),
            error(400, "VOUCHER_ALREADY_CONFIRMED"),
            { status: 201, body: JSON.stringify({ id: TRANSACTION_ID }) },
          ]
        : []),
    ],
    ifProcessed: [],
    ifNot: [
      ...[400, 401, 403, 404, 501].map(bare),
      page(404),
      error(400, "FORMAT_ERROR"),
      error(401, "AUTHENTICATION_ERROR"),
      error(404, "UNABLE_TO_LOCATE_RECORD"),
      error(400, "VOUCHER_ALREADY_REDEEMED"),
      error(501, "FUNCTION_NOT_SUPPORTED"),
      error(400, "SOMETHING_NEW"),
    ],
  };
}

function toAdvice({ operation }: Advice): Answers {
  const isConfirmation = operations[operation].kind === "confirmation";
  const notFound = [error(404, "UNABLE_TO_LOCATE_RECORD"), error(400, "UNABLE_TO_LOCATE_RECORD")];
  return {
    always: [
      ...troubles,
      page(200),
      page(404),
      { status: 202, body: JSON.stringify({ id: FOREIGN_ID }) },
      ...[401, 403, 400, 501].map(bare),
      error(400, "AUTHENTICATION_ERROR"),
      error(400, "FORMAT_ERROR"),
      error(400, "SOMETHING_NEW"),
      error(400, opposite[operation]),
      error(400, "VOUCHER_ALREADY_REDEEMED"),
      { status: 200, body: JSON.stringify({ errorType: "GENERAL_ERROR" }) },
      ...notFound.map(({ status }) => error(status, "UNABLE_TO_LOCATE_RECORD", FOREIGN_ID)),
    ],
    ifProcessed: [
      bare(200),
      bare(202),
      error(400, "DUPLICATE_RECORD"),
      error(400, "ACCOUNT_ALREADY_SETTLED"),
      error(400, same[operation]),
      // So Electrum's test server answers to a repeat.
      ...(operation === "confirmRedeem" ? [error(400, "VOUCHER_NOT_REDEEMED")] : []),
      ...(operation === "reverseRedeem" ? notFound : []),
    ],
    // To a reversal it means that there is nothing to undo; an honest switch does not say so of what it holds.
    ifNot: isConfirmation ? [bare(404), ...notFound] : [],
  };
}

const same: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_CONFIRMED",
  reverseVoucher: "VOUCHER_ALREADY_REVERSED",
  confirmRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  reverseRedeem: "REDEMPTION_ALREADY_REVERSED",
};

const opposite: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_REVERSED",
  reverseVoucher: "VOUCHER_ALREADY_CONFIRMED",
  confirmRedeem: "REDEMPTION_ALREADY_REVERSED",
  reverseRedeem: "REDEMPTION_ALREADY_CONFIRMED",
};
