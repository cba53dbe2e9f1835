import { parseJson, sameJson } from "../json.ts";
import type { OutgoingMessage } from "../messages/operations.ts";

/**
 * The body of a response without the pin of a voucher that is looked up, redeemed or refunded: the customer has brought that pin, and no
 * pin is stored. A response to a redemption or a refund may repeat the pin that was sent. The pin of another voucher, such as the change of a partial
 * redemption, stays: the customer gets it.
 */
export function withoutEchoedPin(message: OutgoingMessage, body: string): string {
  const isLookup = message.operation === "lookupVoucher";
  const sent =
    message.operation === "redeemVoucher" || message.operation === "refundVoucher"
      ? message.message.voucher.pin
      : undefined;
  if (!isLookup && sent === undefined) return body;
  const parsed = parseJson(body);
  const kept = JSON.stringify(parsed, (name, value: unknown) =>
    name === "pin" && (isLookup || sameJson(value, sent)) ? undefined : value,
  );
  return kept === JSON.stringify(parsed) ? body : kept;
}
