import type { Instant, Json } from "@electrum-vouchers/core";
import { parseMessage } from "../json.ts";
import { type Check, validate } from "../messages/check.ts";
import {
  basicAdviceCheck,
  basicReversalCheck,
  provisionRequestCheck,
  redemptionLookupCheck,
  redemptionRequestCheck,
  refundRequestCheck,
  tenderAdviceCheck,
  voucherLookupCheck,
} from "../messages/message-checks.ts";
import type { SwitchCall } from "./call.ts";
import { findTransaction, isFull } from "./ledger.ts";
import { lookupRedemption, lookupVoucher } from "./lookup.ts";
import { type Route, matchRoute } from "./operations.ts";
import { confirmVoucher, provisionVoucher, retryProvisionVoucher, reverseVoucher } from "./provision.ts";
import { confirmRedeem, redeemVoucher, reverseRedeem } from "./redemption.ts";
import { confirmRefund, refundVoucher, reverseRefund } from "./refund.ts";
import {
  errorResponse,
  formatErrorResponse,
  type HandleResult,
  type SwitchResponse,
  respondUnchanged,
} from "./response.ts";
import type { World } from "./world.ts";

/** A request as the switch receives it. `toHttp` of the core gives the first three. */
export interface SwitchRequest {
  readonly method: string;
  /** Below `/suv/v1`, with its query. */
  readonly target: string;
  readonly body?: string;
  /** The user name of the Basic authentication. */
  readonly user: string;
  readonly at: Instant;
  /** Crash and overwrite where Electrum's test server of 2019 does. Default `false`. */
  readonly emulateTestServer?: boolean;
}

/**
 * The switch: a request meets a world and gives the next world and an answer. Pure and total: the same world and request
 * always give the same, whatever the request holds, and the world given is left as it was.
 *
 * @example
 * const { world, response } = handle(createWorld(), { ...toHttp(outgoing), user: "shop", at: 0 });
 */
export function handle(world: World, request: SwitchRequest): HandleResult {
  const routing = matchRoute(request.method, request.target);
  switch (routing.type) {
    case "notFound":
      return respondUnchanged(world, unknownPathResponse);
    case "methodNotAllowed":
      return respondUnchanged(world, { status: 405, body: "", allow: routing.allowed });
    case "found":
      return dispatch(world, request, routing.route);
  }
}

/** Nothing of Electrum's: whoever reads it as an answer to a message would take a wrong URL for a decision. */
const unknownPathResponse: SwitchResponse = {
  status: 404,
  contentType: "text/html",
  body: "<!doctype html><title>404</title><p>No such path below /suv/v1.\n",
};

function dispatch(world: World, request: SwitchRequest, { endpoint, pathId = "", query }: Route): HandleResult {
  const { operation, kind } = endpoint;
  const { user, at, emulateTestServer = false } = request;
  const call = { kind, user, at, emulateTestServer };
  const body = request.body ?? "";
  switch (operation) {
    case "provisionVoucher":
      return withMessage(world, { ...call, operation }, body, provisionRequestCheck, provisionVoucher);
    case "retryProvisionVoucher":
      return withMessage(world, { ...call, operation }, body, provisionRequestCheck, (before, message, retry) =>
        retryProvisionVoucher(before, message, retry, pathId),
      );
    case "confirmVoucher":
      return withMessage(world, { ...call, operation }, body, tenderAdviceCheck, confirmVoucher);
    case "reverseVoucher":
      return withMessage(world, { ...call, operation }, body, basicReversalCheck, reverseVoucher);
    case "redeemVoucher":
      return withMessage(world, { ...call, operation }, body, redemptionRequestCheck, redeemVoucher);
    case "confirmRedeem":
      return withMessage(world, { ...call, operation }, body, basicAdviceCheck, confirmRedeem);
    case "reverseRedeem":
      return withMessage(world, { ...call, operation }, body, basicReversalCheck, reverseRedeem);
    case "refundVoucher":
      return withMessage(world, { ...call, operation }, body, refundRequestCheck, refundVoucher);
    case "confirmRefund":
      return withMessage(world, { ...call, operation }, body, basicAdviceCheck, confirmRefund);
    case "reverseRefund":
      return withMessage(world, { ...call, operation }, body, basicReversalCheck, reverseRefund);
    case "lookupVoucher":
      return withValid(world, voucherLookupCheck, query, (lookup) =>
        lookupVoucher(world, lookup, { ...call, operation }),
      );
    case "lookupRedemption":
      return withValid(world, redemptionLookupCheck, { requestId: pathId }, (lookup) =>
        lookupRedemption(world, lookup, { ...call, operation }),
      );
  }
}

function withValid<Message>(
  world: World,
  check: Check<Message>,
  value: Json,
  next: (message: Message) => HandleResult,
): HandleResult {
  const reading = validate(check, value);
  return reading.type === "valid" ? next(reading.value) : respondUnchanged(world, formatErrorResponse(reading.errors));
}

function withMessage<
  Message extends { readonly id: string; readonly requestId?: string },
  Name extends SwitchCall["operation"],
>(
  world: World,
  call: SwitchCall<Name>,
  body: string,
  check: Check<Message>,
  next: (world: World, message: Message, call: SwitchCall<Name>) => HandleResult,
): HandleResult {
  const value = parseMessage(body);
  if (value === undefined) return respondUnchanged(world, formatErrorResponse([{ field: "", msg: "must be JSON" }]));
  return withValid(world, check, value, (message) => {
    const isNew = findTransaction(world, { ...call, id: message.requestId ?? message.id }) === undefined;
    return isNew && isFull(world)
      ? respondUnchanged(world, ledgerFullResponse(world, message))
      : next(world, message, call);
  });
}

/** The ledger has a bound; a repeat after a reset can succeed, so this is no decline. */
const ledgerFullResponse = (
  { settings }: World,
  { id, requestId: originalId }: { id: string; requestId?: string },
): SwitchResponse =>
  errorResponse(
    503,
    "GENERAL_ERROR",
    { id, originalId },
    { freeString: `The ledger holds ${settings.maxTransactions} transactions: reset it.` },
  );
