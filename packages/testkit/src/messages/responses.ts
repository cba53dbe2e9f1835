import type { HttpResponse, OutgoingMessage, ProvisionRequest } from "@electrum-vouchers/core";
import { redemptionRequest, secrets } from "./requests.ts";

/** Any response with a JSON body. */
export const jsonResponse = (status: number, body: unknown): HttpResponse => ({ status, body: JSON.stringify(body) });

const voucher = { code: secrets.code, pin: { type: "CLEAR_PIN", pin: secrets.pin } };

/** Electrum's response if all is well: an approval, a voucher that was found, or an acknowledgement. */
export function successResponse(outgoing: OutgoingMessage): HttpResponse {
  switch (outgoing.operation) {
    case "provisionVoucher":
    case "retryProvisionVoucher":
      return approvedProvision(outgoing.message);
    case "redeemVoucher":
    case "refundVoucher":
      return jsonResponse(201, outgoing.message);
    case "lookupVoucher":
      return jsonResponse(200, { voucher });
    case "lookupRedemption":
      return jsonResponse(200, { ...redemptionRequest(outgoing.message.requestId) });
    case "lookupProducts":
      return jsonResponse(200, { products: [{ productId: "GAME100", name: "Game 100" }] });
    default:
      return jsonResponse(202, outgoing.message);
  }
}

/** The approval of a sale: what was asked for, the voucher, and one more party's identifier. */
export const approvedProvision = (request: ProvisionRequest, changes: object = {}): HttpResponse =>
  jsonResponse(201, {
    ...request,
    voucher,
    thirdPartyIdentifiers: [
      ...request.thirdPartyIdentifiers,
      { institutionId: "20000", transactionIdentifier: "electrum-1" },
    ],
    ...changes,
  });

/** Electrum's ErrorDetail. Its text holds a secret, as it may at Electrum. */
export const errorResponse = (status: number, errorType: string): HttpResponse =>
  jsonResponse(status, { errorType, errorMessage: `mentions ${secrets.code}` });

/** A hard decline: nothing took effect. */
export const declinedResponse = (): HttpResponse => errorResponse(400, "TRANSACTION_DECLINED");

/** What a gateway on the way responds: a page that is not Electrum's. */
export const htmlResponse = (status: number): HttpResponse => ({ status, body: "<html><body>Sorry</body></html>" });
