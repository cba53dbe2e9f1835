import type { TransactionView, Uuid } from "@electrum-vouchers/core";
import type { CallOutcome, TillClient } from "./till-client.ts";
import { price, tenders } from "../messages.ts";
import type { ProcessEnvironment } from "../ports.ts";

/** What customers decide about an approval. */
export interface CustomerScript {
  /** The sale is paid for. */
  confirm(id: Uuid): Promise<CallOutcome>;
  confirmRedemption(id: Uuid): Promise<CallOutcome>;
  cancel(id: Uuid): Promise<CallOutcome>;
  /** Cancels after a while, in whatever state it is then. */
  cancelLater(id: Uuid): Promise<void>;
  /** Accepts, cancels, both, or neither. Gives the transaction if a till has accepted that it stands. */
  decide(id: Uuid, accept: (id: Uuid) => Promise<CallOutcome>): Promise<TransactionView | undefined>;
}

/** Customers who change their mind do so soon. */
const MAX_DECISION_DELAY_MS = 8_000;

export function createCustomerScript({ context, oracle }: ProcessEnvironment, { call }: TillClient): CustomerScript {
  const { clock, random } = context;
  const { below, chance, pick } = random;

  const recordIfAccepted = async (
    id: Uuid,
    decision: "confirm" | "cancel",
    pendingOutcome: Promise<CallOutcome>,
  ): Promise<CallOutcome> => {
    const outcome = await pendingOutcome;
    if (outcome.type === "answered") oracle.recordDecision(id, decision);
    return outcome;
  };

  const cancel = (id: Uuid): Promise<CallOutcome> =>
    recordIfAccepted(
      id,
      "cancel",
      call(id, "cancels", (till) => till.cancel(id)),
    );

  /** The same intent is accepted again, but only with the same content. */
  async function checkIdempotency(id: Uuid, accept: (id: Uuid) => Promise<CallOutcome>): Promise<void> {
    const again = await accept(id);
    if (again.type === "refused") oracle.reportViolation("the same intent again is accepted", id);
    const amounts = { approvedAmount: { ...price, amount: price.amount - 1 } };
    const other = await call(id, "confirms otherwise", (till) => till.confirm(id, tenders, amounts));
    if (other.type === "answered") oracle.reportViolation("the same intent with other content is refused", id);
  }

  return {
    confirm: (id) =>
      recordIfAccepted(
        id,
        "confirm",
        call(id, "confirms", (till) => till.confirm(id, tenders)),
      ),
    confirmRedemption: (id) =>
      recordIfAccepted(
        id,
        "confirm",
        call(id, "confirms", (till) => till.confirmRedemption(id)),
      ),
    cancel,
    cancelLater: async (id) => {
      // At once, while the request is under way; or later.
      await clock.sleep(below(pick([300, MAX_DECISION_DELAY_MS])));
      await cancel(id);
    },
    decide: async (id, accept) => {
      const choice = pick(["confirm", "confirm", "confirm", "confirm again", "cancel", "both", "neither"] as const);
      await clock.sleep(below(MAX_DECISION_DELAY_MS));
      // From then on nothing is reversed by itself; an operator may have to decide.
      if (chance(0.3)) await call(id, "begins to pay for", (till) => till.paymentStarted(id));
      if (choice === "neither") return undefined;
      const [confirmed] = await Promise.all([
        choice === "cancel" ? undefined : accept(id),
        choice === "cancel" || choice === "both" ? cancel(id) : undefined,
      ]);
      if (confirmed?.type !== "answered") return undefined;
      if (choice === "confirm again") await checkIdempotency(id, accept);
      return confirmed.transaction;
    },
  };
}
