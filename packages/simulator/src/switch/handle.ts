// The switch and its providers, as one pure function: (world, request) → (next world, response).
//
// Rules
// 1. A `World` is plain, readonly data: transactions, vouchers, and each provider with its queue. `handle` never changes it, reads
//    no clock and draws nothing at random. So a simulation can be repeated, branched and stored, and tests run without a socket.
// 2. A request is validated by the simulator's own rules (`messages/`), never by the core's: if both shared them, a wrong limit
//    would go unnoticed. Only types come from the core. It reads as tolerantly as Electrum's own stack, unless `strict` is set.
// 3. Electrum's documentation decides what the switch does; if it says nothing, Electrum's test server of 2019 does.
//    `emulateTestServer` adds that server's crashes, which no switch should have.
// 4. A request asks the provider at once (`authorise.ts`). An advice does not: it is applied at the switch, acknowledged with 202,
//    and queued for the provider (`forward.ts`). So switch and provider may differ until the queue is delivered, and for ever with a
//    provider that does not take it. Each transaction has both a `state` and a `providerState`.
// 5. A reversal that comes before its request is remembered, and blocks the request (`blockRequest`). A setting turns that off, to
//    show what a till cannot be protected from.
// 6. Total: every request, however broken, gets a response. A bound on the ledger keeps a long run from using up the memory.
//
// What it does not know: HTTP connections, time-outs and faults (`http/serve.ts`), and when a queue is delivered
// (`http/provider-forwarder.ts`). A slow provider is only a `delayMs` in the response.

import type { Instant, Json } from "@electrum-vouchers/core";
import { isJsonObject, parseMessage } from "../json.ts";
import { type Check, validate } from "../messages/check.ts";
import {
  basicAdviceCheck,
  basicReversalCheck,
  provisionRequestCheck,
  redemptionLookupCheck,
  redemptionRequestCheck,
  refundRequestCheck,
  tenderAdviceCheck,
  tolerantTenderAdviceCheck,
  voucherLookupCheck,
} from "../messages/message-checks.ts";
import type { SwitchCall } from "./call.ts";
import { findTransaction, isFull } from "./ledger.ts";
import { lookupRedemption, lookupVoucher } from "./lookup.ts";
import { lookupProducts } from "./products.ts";
import { type Route, matchRoute } from "./operations.ts";
import { confirmVoucher, provisionVoucher, retryProvisionVoucher, reverseVoucher } from "./provision.ts";
import { confirmRedeem, redeemVoucher, reverseRedeem } from "./redemption.ts";
import { confirmRefund, refundVoucher, reverseRefund } from "./refund.ts";
import {
  createErrorResponse,
  formatErrorResponse,
  type HandleResult,
  type SwitchResponse,
  respondUnchanged,
} from "./response.ts";
import type { World } from "./world.ts";

/** A request as the switch receives it. The core's `toHttp` gives the first three fields. */
export interface SwitchRequest {
  readonly method: string;
  /** The path below `/suv/v1`, with its query. */
  readonly target: string;
  readonly body?: string;
  /** The user name of the Basic authentication. */
  readonly user: string;
  readonly at: Instant;
  /** Whether to crash and overwrite in the cases in which Electrum's test server of 2019 does. Default `false`. */
  readonly emulateTestServer?: boolean;
}

/**
 * Handles one request: returns the next world and the response. Pure and total: it accepts any request and never throws, the same
 * world and request always give the same result, and the given world stays unchanged.
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
      return request.emulateTestServer === true && !isServedByTestServer(routing.route.endpoint)
        ? respondUnchanged(world, unservedResponse(routing.route.endpoint))
        : dispatch(world, request, routing.route);
  }
}

/** Electrum's test server has the messages of its first version: no lookup and no retry. */
const isServedByTestServer = ({ method, operation }: Route["endpoint"]): boolean =>
  method === "POST" && operation !== "retryProvisionVoucher";

const unservedResponse = ({ operation }: Route["endpoint"]): SwitchResponse =>
  operation === "lookupVoucher" ? { status: 405, body: "", allow: ["POST"] } : unknownPathResponse;

/** Not an ErrorDetail. A till that took this response for a decline would take a wrong URL for a decision. */
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
      return world.settings.strict
        ? withMessage(world, { ...call, operation }, body, tenderAdviceCheck, confirmVoucher)
        : withMessage(world, { ...call, operation }, body, tolerantTenderAdviceCheck, confirmVoucher);
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
      return withValid(world, { ...call, operation }, voucherLookupCheck, query, (lookup) =>
        lookupVoucher(world, lookup, { ...call, operation }),
      );
    case "lookupRedemption":
      return withValid(world, { ...call, operation }, redemptionLookupCheck, { requestId: pathId }, (lookup) =>
        lookupRedemption(world, lookup, { ...call, operation }),
      );
    case "lookupProducts":
      return lookupProducts(world);
  }
}

function withValid<Message>(
  world: World,
  { emulateTestServer }: SwitchCall,
  check: Check<Message>,
  value: Json,
  next: (message: Message) => HandleResult,
): HandleResult {
  const { strict, additionalFields } = world.settings;
  const result = validate(check, without(value, additionalFields), strict ? "strict" : "tolerant");
  return result.type === "valid"
    ? next(result.value)
    : respondUnchanged(world, formatErrorResponse(result.errors, emulateTestServer));
}

/** A message without these fields. */
const without = (value: Json, names: readonly string[]): Json =>
  isJsonObject(value) && names.length > 0
    ? Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
    : value;

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
  if (value === undefined) {
    return respondUnchanged(world, formatErrorResponse([{ field: "", msg: "must be JSON" }], call.emulateTestServer));
  }
  return withValid(world, call, check, value, (message) => {
    const isNew = findTransaction(world, { ...call, id: message.requestId ?? message.id }) === undefined;
    return isNew && isFull(world)
      ? respondUnchanged(world, ledgerFullResponse(world, message))
      : next(world, message, call);
  });
}

/** The ledger is full. A repeat after a reset can succeed, so this is not a decline. */
const ledgerFullResponse = (
  { settings }: World,
  { id, requestId: originalId }: { id: string; requestId?: string },
): SwitchResponse =>
  createErrorResponse(
    503,
    "GENERAL_ERROR",
    { id, originalId },
    { freeString: `The ledger holds ${settings.maxTransactions} transactions: reset it.` },
  );
