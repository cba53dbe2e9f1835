import type { Instant, Json } from "@electrum-vouchers/core";
import { parseMessage } from "../json.ts";
import { type Check, read } from "../messages/check.ts";
import {
  basicAdvice,
  basicReversal,
  provisionRequest,
  redemptionLookup,
  redemptionRequest,
  refundRequest,
  tenderAdvice,
  voucherLookup,
} from "../messages/messages.ts";
import type { Call } from "./call.ts";
import { findTransaction, isFull } from "./ledger.ts";
import { lookupRedemption, lookupVoucher } from "./lookup.ts";
import { type Route, routeOf } from "./operations.ts";
import { confirmVoucher, provisionVoucher, retryProvisionVoucher, reverseVoucher } from "./provision.ts";
import { confirmRedeem, redeemVoucher, reverseRedeem } from "./redemption.ts";
import { confirmRefund, refundVoucher, reverseRefund } from "./refund.ts";
import { failure, formatError, type Handled, type SwitchResponse, unchanged } from "./response.ts";
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
  readonly likeTestServer?: boolean;
}

/**
 * The switch: a request meets a world and gives the next world and an answer. Pure and total: the same world and request
 * always give the same, whatever the request holds, and the world given is left as it was.
 *
 * @example
 * const { world, response } = handle(createWorld(), { ...toHttp(outgoing), user: "shop", at: 0 });
 */
export function handle(world: World, request: SwitchRequest): Handled {
  const routing = routeOf(request.method, request.target);
  switch (routing.type) {
    case "notFound":
      return unchanged(world, noSuchPath);
    case "otherMethod":
      return unchanged(world, { status: 405, body: "", allow: routing.allowed });
    case "found":
      return dispatch(world, request, routing.route);
  }
}

/** Nothing of Electrum's: whoever reads it as an answer to a message would take a wrong URL for a decision. */
const noSuchPath: SwitchResponse = {
  status: 404,
  contentType: "text/html",
  body: "<!doctype html><title>404</title><p>No such path below /suv/v1.\n",
};

function dispatch(world: World, request: SwitchRequest, { endpoint, pathId = "", query }: Route): Handled {
  const { operation, kind } = endpoint;
  const { user, at, likeTestServer = false } = request;
  const call = { kind, user, at, likeTestServer };
  const body = request.body ?? "";
  switch (operation) {
    case "provisionVoucher":
      return withMessage(world, { ...call, operation }, body, provisionRequest, provisionVoucher);
    case "retryProvisionVoucher":
      return withMessage(world, { ...call, operation }, body, provisionRequest, (before, message, retry) =>
        retryProvisionVoucher(before, message, retry, pathId),
      );
    case "confirmVoucher":
      return withMessage(world, { ...call, operation }, body, tenderAdvice, confirmVoucher);
    case "reverseVoucher":
      return withMessage(world, { ...call, operation }, body, basicReversal, reverseVoucher);
    case "redeemVoucher":
      return withMessage(world, { ...call, operation }, body, redemptionRequest, redeemVoucher);
    case "confirmRedeem":
      return withMessage(world, { ...call, operation }, body, basicAdvice, confirmRedeem);
    case "reverseRedeem":
      return withMessage(world, { ...call, operation }, body, basicReversal, reverseRedeem);
    case "refundVoucher":
      return withMessage(world, { ...call, operation }, body, refundRequest, refundVoucher);
    case "confirmRefund":
      return withMessage(world, { ...call, operation }, body, basicAdvice, confirmRefund);
    case "reverseRefund":
      return withMessage(world, { ...call, operation }, body, basicReversal, reverseRefund);
    case "lookupVoucher":
      return checked(world, voucherLookup, query, (lookup) => lookupVoucher(world, lookup, { ...call, operation }));
    case "lookupRedemption":
      return checked(world, redemptionLookup, { requestId: pathId }, (lookup) =>
        lookupRedemption(world, lookup, { ...call, operation }),
      );
  }
}

function checked<Message>(
  world: World,
  check: Check<Message>,
  value: Json,
  next: (message: Message) => Handled,
): Handled {
  const reading = read(check, value);
  return reading.type === "valid" ? next(reading.value) : unchanged(world, formatError(reading.faults));
}

function withMessage<
  Message extends { readonly id: string; readonly requestId?: string },
  Name extends Call["operation"],
>(
  world: World,
  call: Call<Name>,
  body: string,
  check: Check<Message>,
  next: (world: World, message: Message, call: Call<Name>) => Handled,
): Handled {
  const value = parseMessage(body);
  if (value === undefined) return unchanged(world, formatError([{ field: "", msg: "must be JSON" }]));
  return checked(world, check, value, (message) => {
    const isNew = findTransaction(world, { ...call, id: message.requestId ?? message.id }) === undefined;
    return isNew && isFull(world) ? unchanged(world, full(world, message)) : next(world, message, call);
  });
}

/** The ledger has a bound; a repeat after a reset can succeed, so this is no decline. */
const full = ({ settings }: World, { id, requestId: originalId }: { id: string; requestId?: string }): SwitchResponse =>
  failure(
    503,
    "GENERAL_ERROR",
    { id, originalId },
    { freeString: `The ledger holds ${settings.maxTransactions} transactions: reset it.` },
  );
