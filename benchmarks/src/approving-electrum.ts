import type { HttpResponse, OutgoingMessage } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { okAsync } from "neverthrow";
import { createApproval } from "./sample.ts";

/** Approves every request, and acknowledges every advice by its id. */
export const respondTo = (outgoing: OutgoingMessage): HttpResponse =>
  outgoing.operation === "provisionVoucher"
    ? { status: 201, body: createApproval(outgoing.message) }
    : { status: 202, body: JSON.stringify(outgoing.message) };

/** Electrum in this process. It responds at once, so that only the till and its outbox take time. */
export const approvingElectrum: Electrum = { send: (outgoing) => okAsync(respondTo(outgoing)), close: () => {} };
