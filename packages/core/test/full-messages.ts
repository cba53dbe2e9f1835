import type { LedgerAmount, ProvisionRequest, RedemptionRequest, RefundRequest, VoucherLookup } from "../src/index.ts";
import { CODE, ID, provisionRequest, redemptionRequest, refundRequest } from "./messages.ts";

const amount: LedgerAmount = { amount: 5_000, currency: "710", ledgerIndicator: "DEBIT" };

const amounts = {
  requestAmount: amount,
  approvedAmount: amount,
  feeAmount: amount,
  balanceAmount: amount,
  additionalAmounts: { tip: amount },
};

const customer = {
  firstName: "Thandi",
  lastName: "Mokoena",
  address: "1 Long Street",
  addressDetails: {
    addressLine1: "1 Long Street",
    addressLine2: "Flat 2",
    city: "Cape Town",
    region: "WC",
    country: "ZA",
    postalCode: "8001",
  },
  dateOfBirth: "1990-01-31T00:00:00Z",
  status: "GOLD",
  profileId: "P-1",
  msisdn: "+27821234567",
  emailAddress: "thandi@example.com",
};

const transaction = {
  originator: { ...provisionRequest.originator, operatorId: "operator 7", channelId: "kiosk" },
  settlementEntity: { id: "20", name: "Settler" },
  receiver: { id: "30", name: "Provider" },
  slipData: {
    messageLines: [
      {
        text: "Thank you",
        fontWidthScaleFactor: 1,
        fontHeightScaleFactor: 1.5,
        line: true,
        cut: false,
        barcode: { data: "600123", encoding: "EAN" },
      },
    ],
    slipWidth: 40,
    issuerReference: "REF1",
  },
  basketRef: "B-1",
  tranType: "GOODS_AND_SERVICES",
  srcAccType: "DEFAULT",
  destAccType: "GIFT_CARD",
  stan: "123456",
  rrn: "123456789012",
  posInfo: {
    entryMode: { panEntryMode: "MANUAL", pinEntryCapability: "CANNOT_ACCEPT" },
    posConditionCode: "NORMAL_PRESENTMENT",
  },
} as const;

const voucher = {
  code: CODE,
  expiryDate: "2027-11-21T00:00:00Z",
  redeemInstructions: ["Dial *120#"],
  serialNumber: "S-1",
  pin: { type: "CLEAR_PIN", pin: "0042" },
} as const;

/** A provision request with every field that Electrum knows. */
export const fullProvisionRequest: ProvisionRequest = {
  ...provisionRequest,
  ...transaction,
  amounts,
  tenders: [
    {
      amount,
      tenderType: "DEBIT_CARD",
      accountType: "SAVINGS",
      cardNumber: "400012******1234",
      reference: "R-1",
    },
  ],
  voucher,
  product: {
    productId: "P1",
    barcode: "6001234567890",
    name: "Airtime",
    amount,
    description: "Airtime of R50",
    minAmount: amount,
    maxAmount: amount,
    isFixedValue: true,
    channelProductListings: [{ channel: "POS" }],
    receiver: { id: "provider", name: "Provider" },
  },
  recipient: customer,
  additionalFields: { loyaltyPoints: 12 },
};

/** A redemption request with every field that Electrum knows. */
export const fullRedemptionRequest: RedemptionRequest = {
  ...redemptionRequest,
  ...transaction,
  voucher,
  amounts,
  customer,
  additionalFields: { campaign: { name: "SPRING" } },
};

/** A refund request with every field that Electrum knows. */
export const fullRefundRequest: RefundRequest = {
  ...refundRequest,
  ...transaction,
  voucher,
  amounts,
  receiverTransactionRef: "P-77",
};

export const fullVoucherLookup: VoucherLookup = {
  voucherCode: CODE,
  provisionRequestId: ID,
  voucherSerialNumber: "S-1",
  receiverInstId: "30",
  settlementEntityInstId: "20",
};
