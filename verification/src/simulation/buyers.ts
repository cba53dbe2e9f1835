import { canHandOver, handOver, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { Counter } from "./counter.ts";
import { drawUuid, provisionRequest } from "./messages.ts";
import type { Surroundings } from "./ports.ts";
import type { Will } from "./will.ts";

/** A voucher in a customer's hand. */
export interface Owned {
  readonly code: string;
  readonly provider: ProviderName;
  /** The sale that it comes from, if it was one of this run. */
  readonly saleId?: Uuid;
}

/** Half of the sales are with a provider that follows the whole protocol. */
const providers: readonly ProviderName[] = ["ordinary", "ordinary", "Netcare", "Stellr"];

/** A customer who buys a voucher, and puts it into the purse. */
export function createBuyer(
  { stage, watch }: Surroundings,
  { ask, past }: Counter,
  will: Will,
  purse: Owned[],
): (number: number) => Promise<void> {
  const { clock, random, trace, scenario } = stage;

  /** The voucher goes to the customer, as soon as the till gives it out. */
  function take(transaction: Transaction | undefined, provider: ProviderName): void {
    if (transaction === undefined || !canHandOver(transaction)) return;
    const { code } = handOver(transaction);
    const { id: saleId } = transaction;
    watch.handedOver(saleId, code);
    purse.push({ code, provider, saleId });
  }

  return async (number) => {
    const id = drawUuid(random);
    const provider = random.pick(providers);
    const request = provisionRequest(id, provider);
    trace.call(id, `sale ${number}`);
    await clock.sleep(random.below(scenario.arrivalsWithinMs));
    const [sold] = await Promise.all([
      ask(id, "sells", (till) => till.provision(request)),
      random.chance(0.2) ? will.changeMind(id) : undefined,
    ]);
    const sale = await past(sold, ["requesting", "waitingToRetry"]);
    take(sale, provider);
    if (sale?.state === "issued") take(await will.decide(id, will.confirm), provider);
  };
}
