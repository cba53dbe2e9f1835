// What the page offers. A test checks that the simulator takes each.

export const OPERATIONS: readonly string[] = [
  "provisionVoucher",
  "retryProvisionVoucher",
  "confirmVoucher",
  "reverseVoucher",
  "lookupVoucher",
  "redeemVoucher",
  "confirmRedeem",
  "reverseRedeem",
  "lookupRedemption",
  "refundVoucher",
  "confirmRefund",
  "reverseRefund",
  "lookupProducts",
];

export const FAULTS: readonly (readonly [
  label: string,
  fault: { readonly kind: string; readonly [detail: string]: unknown },
])[] = [
  ["answer lost", { kind: "noResponse", processed: true }],
  ["request lost", { kind: "noResponse", processed: false }],
  ["connection reset after it was done", { kind: "reset", processed: true }],
  ["connection reset before", { kind: "reset", processed: false }],
  ["refuse connections for 3 s", { kind: "refused", durationMs: 3_000 }],
  ["3 s late", { kind: "slowHeaders", delayMs: 3_000 }],
  ["done 3 s later", { kind: "delayed", delayMs: 3_000 }],
  ["half the body, the rest 3 s later", { kind: "slowBody", delayMs: 3_000 }],
  ["half the body", { kind: "truncatedBody" }],
  ["done twice", { kind: "duplicate" }],
  ["500, a gateway's page", { kind: "status", status: 500, processed: false }],
  ["503, try again in 5 s", { kind: "status", status: 503, processed: false, retryAfterSeconds: 5 }],
  [
    "504 UPSTREAM_UNAVAILABLE, done",
    { kind: "error", status: 504, errorType: "UPSTREAM_UNAVAILABLE", processed: true },
  ],
  ["400 declined", { kind: "error", status: 400, errorType: "TRANSACTION_DECLINED", processed: false }],
  ["HTML instead of JSON", { kind: "notJson" }],
  ["wrong content type", { kind: "wrongContentType", contentType: "text/html" }],
  ["no body", { kind: "emptyBody" }],
  ["another message's id", { kind: "wrongId" }],
  ["restart, memory lost", { kind: "restart", memory: "lost", durationMs: 500 }],
  ["as the test server of 2019", { kind: "emulateTestServer" }],
];

export interface Condition {
  readonly state: string;
  readonly delayMs?: number;
}

export const CONDITIONS: readonly Condition[] = [
  { state: "up" },
  { state: "slow", delayMs: 3_000 },
  { state: "slow", delayMs: 40_000 },
  { state: "down" },
  { state: "answerLost" },
  { state: "declining" },
];
