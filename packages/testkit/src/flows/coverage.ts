// What Electrum's pages demand of a till, sentence by sentence, in our words, and the flows that show it.
//
// Rules
// 1. A sentence stands here if it demands something of the till, or says what Electrum does that a till depends on.
// 2. Each has a flow, named as in `documentedFlows`. A test fails if one has none.
// 3. A flow that plays the page's case to its end shows the sentence. What lies between two cases is the model checker's.

/** A demanding sentence, and where it shows. */
export interface CoverageRow {
  readonly page: "Voucher provision for POS" | "Voucher redemption";
  readonly section: string;
  /** What is demanded, in our words. */
  readonly demand: string;
  /** The names of the flows that show it. */
  readonly flows: readonly [string, ...string[]];
}

type Demand = readonly [demand: string, ...flows: [string, ...string[]]];

const rowsOf = (page: CoverageRow["page"], section: string, demands: readonly Demand[]): readonly CoverageRow[] =>
  demands.map(([demand, ...flows]) => ({ page, section, demand, flows }));

const PROVISION = "Voucher provision for POS";
const REDEMPTION = "Voucher redemption";

export const coverage: readonly CoverageRow[] = [
  ...rowsOf(PROVISION, "Success", [
    ["In single messaging the response with the voucher completes the sale.", "Provision: success, single messaging"],
    [
      "In dual messaging the till sends a TenderAdvice, and Electrum answers it at once.",
      "Provision: success, dual messaging",
    ],
    [
      "Electrum sends the confirmation on by store and forward, until the provider responds.",
      "The provider's answer to a confirmation is lost, Electrum repeats it",
    ],
    ["A success without a voucher is none.", "A success without a voucher"],
    [
      "A customer who does not want the voucher gets a reversal.",
      "Provision: the customer walks away after the voucher was issued, reversal",
    ],
  ]),
  ...rowsOf(PROVISION, "Error or time-out at the till", [
    [
      "Without a response the till sends retryProvisionVoucher with the same request.",
      "Provision: time-out at the till, a retry succeeds",
    ],
    ["It does so up to three times.", "Provision: time-outs, retries fail, reversal"],
    ["Its own business rules may allow more.", "Provision: more than three retries, as the policy says"],
    [
      "A retry that brings the voucher completes the sale in single messaging.",
      "Provision: single messaging, a retry succeeds",
    ],
    [
      "A retry that brings the voucher is confirmed in dual messaging.",
      "Provision: time-out at the till, a retry succeeds",
    ],
    ["Without a voucher after the last retry the till reverses.", "Provision: time-outs, retries fail, reversal"],
    [
      "Electrum answers the reversal at once, and forwards it until the provider responds.",
      "Provision: unknown outcome, retries fail, reversal",
    ],
    [
      "A till that died with a request under way does not lose it.",
      "The till killed (SIGKILL) right after the request was sent, recovered by a new process",
    ],
  ]),
  ...rowsOf(PROVISION, "Error upstream", [
    [
      "A 400 with an ErrorDetail is a hard decline: the till sends nothing more.",
      "Provision: transaction failed upstream (hard decline)",
    ],
    ["So is a 404.", "Provision: transaction failed upstream, with 404"],
    [
      "If its error says that the outcome is unknown, the till may retry.",
      "Provision: 400 with an unknown outcome, a retry succeeds",
      "Provision: 404 with an unknown outcome, a retry succeeds",
    ],
    ["After a 500 the till retries.", "Provision: 500, a retry succeeds"],
    ["After a 503 the till retries.", "Provision: unknown outcome, retries fail, reversal"],
    ["After a 504 the till retries.", "Provision: unknown outcome upstream, a retry succeeds"],
    ["A hard decline of a retry is followed by a reversal.", "Provision: hard decline of a retry, reversal"],
  ]),
  ...rowsOf(PROVISION, "Providers", [
    [
      "Netcare takes no retries: Electrum declines them.",
      "Provision: the provider takes no retries, a retry is declined, reversal",
      "Provision: Netcare, no retry, reversal",
    ],
    [
      "Stellr takes no retries: Electrum declines them.",
      "Provision: Stellr, a retry is declined, reversal consumed, marked for reconciliation",
      "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    ],
    [
      "Stellr takes no advices: Electrum consumes its confirmations and reversals.",
      "Provision: Stellr, confirmation consumed",
      "Provision: Stellr, no retry, reversal consumed, marked for reconciliation",
    ],
  ]),
  ...rowsOf(PROVISION, "Lookups", [
    [
      "A transaction is not looked up before Electrum has processed its outcome.",
      "A lookup refused while processing is open",
    ],
  ]),
  ...rowsOf(REDEMPTION, "Success", [
    ["A successful lookup comes before every redemption.", "Redemption: success, dual messaging"],
    [
      "In dual messaging the till sends a BasicAdvice, and Electrum answers it at once.",
      "Redemption: success, dual messaging",
    ],
    ["In single messaging the response completes the redemption.", "Redemption: success, single messaging"],
  ]),
  ...rowsOf(REDEMPTION, "Error or time-out at the till", [
    ["Without a response the till reverses: a redemption has no retry.", "Redemption: time-out at the till, reversal"],
    [
      "After an error of its own the till reverses, also after an approval.",
      "Redemption: an error at the till after the approval, reversal",
    ],
    [
      "A till that died with a redemption under way does not lose it.",
      "Redemption: the till killed (SIGKILL) right after the request was sent, recovered by a new process",
    ],
  ]),
  ...rowsOf(REDEMPTION, "Error or time-out upstream", [
    ["The consumer is told of an error, and may abort.", "Redemption: error upstream, the consumer aborts"],
    ["Or may try again, as a new attempt.", "Redemption: error upstream, the consumer tries again"],
    [
      "If Electrum got no answer from the provider, the till reverses, and Electrum forwards that.",
      "Redemption: time-out upstream, reversal",
    ],
  ]),
  ...rowsOf(REDEMPTION, "Providers", [
    [
      "Stellr takes no advices: Electrum consumes its confirmations and reversals.",
      "Redemption: Stellr, advices consumed",
      "Redemption: Stellr, time-out, reversal consumed, marked for reconciliation",
    ],
  ]),
  ...rowsOf(REDEMPTION, "Lookups", [
    ["A lookup without success is repeated, and needs no advice.", "Redemption: a lookup is repeated"],
    ["Without a successful lookup nothing is redeemed.", "Redemption: a lookup that never succeeds"],
  ]),
];
