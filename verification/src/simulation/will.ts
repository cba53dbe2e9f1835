import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Asked, Counter } from "./counter.ts";
import { price, tenders } from "./messages.ts";
import type { Surroundings } from "./ports.ts";

/** What customers want of an approval, and have their till do. */
export interface Will {
  /** The sale is paid for. */
  confirm(id: Uuid): Promise<Asked>;
  confirmRedemption(id: Uuid): Promise<Asked>;
  cancel(id: Uuid): Promise<Asked>;
  /** Cancels after a while, whatever has become of it. */
  changeMind(id: Uuid): Promise<void>;
  /** It stands, or it does not, or nobody ever says. Gives the transaction where a till has accepted that it stands. */
  decide(id: Uuid, stand: (id: Uuid) => Promise<Asked>): Promise<Transaction | undefined>;
}

/** Customers who change their mind do so soon. */
const MAX_HESITATION_MS = 8_000;

export function createWill({ stage, watch }: Surroundings, { ask }: Counter): Will {
  const { clock, random } = stage;
  const { below, pick } = random;

  const accepted = async (id: Uuid, decision: "stands" | "falls", asked: Promise<Asked>): Promise<Asked> => {
    const answer = await asked;
    if (answer.type === "answered") watch.decided(id, decision);
    return answer;
  };

  const cancel = (id: Uuid): Promise<Asked> =>
    accepted(
      id,
      "falls",
      ask(id, "cancels", (till) => till.cancel(id)),
    );

  /** What was accepted is accepted again, with the same content only. */
  async function repeat(id: Uuid, stand: (id: Uuid) => Promise<Asked>): Promise<void> {
    const again = await stand(id);
    if (again.type === "refused") watch.broken("the same intent again is accepted", id);
    const amounts = { approvedAmount: { ...price, amount: price.amount - 1 } };
    const other = await ask(id, "confirms otherwise", (till) => till.confirm(id, tenders, amounts));
    if (other.type === "answered") watch.broken("the same intent with other content is refused", id);
  }

  return {
    confirm: (id) =>
      accepted(
        id,
        "stands",
        ask(id, "confirms", (till) => till.confirm(id, tenders)),
      ),
    confirmRedemption: (id) =>
      accepted(
        id,
        "stands",
        ask(id, "confirms", (till) => till.confirmRedemption(id)),
      ),
    cancel,
    changeMind: async (id) => {
      // At once, while the request is under way; or later.
      await clock.sleep(below(pick([300, MAX_HESITATION_MS])));
      await cancel(id);
    },
    decide: async (id, stand) => {
      const will = pick(["stand", "stand", "stand", "stand again", "cancel", "both", "neither"] as const);
      await clock.sleep(below(MAX_HESITATION_MS));
      if (will === "neither") return undefined;
      const [stands] = await Promise.all([
        will === "cancel" ? undefined : stand(id),
        will === "cancel" || will === "both" ? cancel(id) : undefined,
      ]);
      if (stands?.type !== "answered") return undefined;
      if (will === "stand again") await repeat(id, stand);
      return stands.transaction;
    },
  };
}
