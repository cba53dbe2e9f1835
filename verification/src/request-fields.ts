import { type Instant, toDateTime, type TransactionFields, type Uuid } from "@electrum-vouchers/core";
import { CLIENT, receiver, requestFields as sampleFields } from "@electrum-vouchers/testkit";

/** The shop, towards the switch. */
export const USER: string = CLIENT;

/** What every request of the shop begins with. */
export const createRequestFields = (id: Uuid, provider: string, at: Instant): TransactionFields =>
  sampleFields(id, {
    time: toDateTime(at),
    receiver: receiver(provider),
    thirdPartyIdentifiers: [{ institutionId: CLIENT, transactionIdentifier: id.slice(0, 8) }],
  });
