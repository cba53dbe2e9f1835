import {
  type Advice,
  type HttpResponse,
  type OutgoingMessage,
  operations,
  type Request,
} from "@electrum-vouchers/core";
import type { World } from "@electrum-vouchers/simulator";
import type { SwitchOutcome } from "./switch-outcome.ts";
import { TRANSACTION_ID } from "../fixtures.ts";

/**
 * Every class of response that may replace the switch's own without lying. No client can handle a switch that declines what it
 * has processed, or acknowledges what it has not. Written from Electrum's documents, and not from how the core reads them.
 */
export function everyResponse(
  before: World,
  { world: after, response }: SwitchOutcome,
  outgoing: OutgoingMessage,
): readonly SwitchOutcome[] {
  const asUnprocessed = (response: HttpResponse): SwitchOutcome => ({
    world: before,
    response,
    fault: "it does not process it",
  });
  const asProcessed = (response: HttpResponse): SwitchOutcome => ({
    world: after,
    response,
    fault: "its response is replaced",
  });
  const { inEitherCase, ifProcessed, ifUnprocessed } = isAdvice(outgoing)
    ? responsesToAdvice(outgoing)
    : responsesToRequest(outgoing);
  return [
    ...inEitherCase.flatMap((response) => [asUnprocessed(response), asProcessed(response)]),
    ...[...ifProcessed, ...findEquivalents(response)].map(asProcessed),
    ...ifUnprocessed.map(asUnprocessed),
  ];
}

interface ResponseClasses {
  /** They do not tell whether the message was processed. */
  readonly inEitherCase: readonly HttpResponse[];
  readonly ifProcessed: readonly HttpResponse[];
  readonly ifUnprocessed: readonly HttpResponse[];
}

/** The same success with each status that means success. */
const findEquivalents = (response: HttpResponse): readonly HttpResponse[] =>
  response.status < 300 ? [200, 201, 202].map((status) => ({ ...response, status })) : [];

const isAdvice = (outgoing: OutgoingMessage): outgoing is Advice => operations[outgoing.operation].kind !== "request";

const errorResponse = (status: number, errorType: string, id: string = TRANSACTION_ID): HttpResponse => ({
  status,
  body: JSON.stringify({ id, errorType, errorMessage: "" }),
});

/** The id of another transaction's message. */
const FOREIGN_ID = "0b2f4c1e-0000-4000-8000-000000000000";

const emptyResponse = (status: number): HttpResponse => ({ status, body: "" });

const htmlResponse = (status: number): HttpResponse => ({ status, body: "<html></html>" });

const inDoubtResponses: readonly HttpResponse[] = [
  ...[301, 408, 425, 429, 500, 502, 503, 504].map(emptyResponse),
  htmlResponse(502),
  errorResponse(500, "GENERAL_ERROR"),
  ...[400, 404, 503].flatMap((status) => [
    errorResponse(status, "UPSTREAM_UNAVAILABLE"),
    errorResponse(status, "VOUCHER_STATUS_UNKNOWN"),
  ]),
];

const unusableSuccesses: readonly HttpResponse[] = [
  emptyResponse(200),
  htmlResponse(200),
  { status: 201, body: "{" },
  {
    status: 201,
    body: JSON.stringify({ id: FOREIGN_ID, voucher: { code: "another voucher" } }),
  },
];

function responsesToRequest({ operation }: Request): ResponseClasses {
  const isProvision = operation === "provisionVoucher" || operation === "retryProvisionVoucher";
  return {
    inEitherCase: [
      ...inDoubtResponses,
      ...unusableSuccesses,
      // A firewall that inspects responses sends its own once the request was processed.
      ...[400, 403, 404, 501].map(emptyResponse),
      htmlResponse(404),
      errorResponse(400, "DUPLICATE_RECORD"),
      errorResponse(200, "TRANSACTION_DECLINED"),
      // A response to a lookup has no id of its own.
      ...(operation === "lookupVoucher" ? [] : [errorResponse(400, "TRANSACTION_DECLINED", FOREIGN_ID)]),
      ...(isProvision
        ? [
            errorResponse(400, "VOUCHER_ALREADY_PROVISIONED"),
            errorResponse(400, "VOUCHER_ALREADY_CONFIRMED"),
            { status: 201, body: JSON.stringify({ id: TRANSACTION_ID }) },
          ]
        : []),
    ],
    ifProcessed: [],
    ifUnprocessed: [
      // Whoever refuses the credentials has passed nothing on.
      ...[401, 407].map(emptyResponse),
      errorResponse(400, "FORMAT_ERROR"),
      errorResponse(401, "AUTHENTICATION_ERROR"),
      errorResponse(404, "UNABLE_TO_LOCATE_RECORD"),
      errorResponse(400, "VOUCHER_ALREADY_REDEEMED"),
      errorResponse(501, "FUNCTION_NOT_SUPPORTED"),
      errorResponse(400, "SOMETHING_NEW"),
    ],
  };
}

function responsesToAdvice({ operation, message }: Advice): ResponseClasses {
  const isConfirmation = operations[operation].kind === "confirmation";
  const notFound = [errorResponse(404, "UNABLE_TO_LOCATE_RECORD"), errorResponse(400, "UNABLE_TO_LOCATE_RECORD")];
  return {
    inEitherCase: [
      ...inDoubtResponses,
      htmlResponse(200),
      htmlResponse(404),
      { status: 202, body: JSON.stringify({ id: FOREIGN_ID }) },
      ...[401, 403, 400, 501].map(emptyResponse),
      // They name no message: a gateway that has lost its routes sends them to everything.
      ...[200, 202, 404].map(emptyResponse),
      errorResponse(400, "AUTHENTICATION_ERROR"),
      errorResponse(400, "FORMAT_ERROR"),
      errorResponse(400, "SOMETHING_NEW"),
      errorResponse(400, oppositeErrorTypes[operation]),
      errorResponse(400, "VOUCHER_ALREADY_REDEEMED"),
      { status: 200, body: JSON.stringify({ id: message.id, errorType: "GENERAL_ERROR" }) },
      ...notFound.map(({ status }) => errorResponse(status, "UNABLE_TO_LOCATE_RECORD", FOREIGN_ID)),
    ],
    ifProcessed: [
      { status: 202, body: JSON.stringify({ requestId: TRANSACTION_ID }) },
      errorResponse(400, "DUPLICATE_RECORD"),
      errorResponse(400, "ACCOUNT_ALREADY_SETTLED"),
      errorResponse(400, sameErrorTypes[operation]),
      // Electrum's test server responds to a repeat like this.
      ...(operation === "confirmRedeem" ? [errorResponse(400, "VOUCHER_NOT_REDEEMED")] : []),
      ...(operation === "confirmRefund" ? [errorResponse(400, "VOUCHER_NOT_REFUNDED")] : []),
      ...(operation === "reverseRedeem" ? notFound : []),
    ],
    // To a reversal it means that there is nothing to undo. An honest switch does not say so of what it holds.
    ifUnprocessed: isConfirmation ? notFound : [],
  };
}

const sameErrorTypes: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_CONFIRMED",
  reverseVoucher: "VOUCHER_ALREADY_REVERSED",
  confirmRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  reverseRedeem: "REDEMPTION_ALREADY_REVERSED",
  confirmRefund: "REFUND_ALREADY_CONFIRMED",
  reverseRefund: "REFUND_ALREADY_REVERSED",
};

const oppositeErrorTypes: Readonly<Record<Advice["operation"], string>> = {
  confirmVoucher: "VOUCHER_ALREADY_REVERSED",
  reverseVoucher: "VOUCHER_ALREADY_CONFIRMED",
  confirmRedeem: "REDEMPTION_ALREADY_REVERSED",
  reverseRedeem: "REDEMPTION_ALREADY_CONFIRMED",
  confirmRefund: "REFUND_ALREADY_REVERSED",
  reverseRefund: "REFUND_ALREADY_CONFIRMED",
};
