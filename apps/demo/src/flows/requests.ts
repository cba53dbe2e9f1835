import { randomUUID } from "node:crypto";
import {
  type ProvisionRequest,
  type RedemptionRequest,
  type RefundRequest,
  type Tender,
  toDateTime,
  type TransactionFields,
  type Uuid,
} from "@electrum-vouchers/core";
import { cents, receiver, requestFields } from "@electrum-vouchers/testkit";
import { DEMO_CLIENT } from "../input/request.ts";

const price = cents(10_000);

export const tenders: readonly Tender[] = [{ amount: price, tenderType: "CASH" }];

/** R100.00 of a provider's vouchers. */
export const newSale = (provider: string): ProvisionRequest => ({
  ...newFields(provider),
  amounts: { requestAmount: price },
  tenders,
});

export const newRedemption = (provider: string, code: string): RedemptionRequest => ({
  ...newFields(provider),
  amounts: { requestAmount: price },
  voucher: { code },
});

/** A part is R10.00. */
export const newRefund = (
  provider: string,
  code: string,
  redemptionId: Uuid,
  amount: "all" | "part" = "all",
): RefundRequest => ({
  ...newFields(provider),
  ...(amount === "all" ? {} : { amounts: { requestAmount: cents(1_000) } }),
  voucher: { code },
  redemptionId,
});

const newFields = (provider: string): TransactionFields =>
  requestFields(randomUUID(), {
    time: toDateTime(Date.now()),
    client: { id: DEMO_CLIENT, name: "Demo" },
    receiver: receiver(provider),
  });
