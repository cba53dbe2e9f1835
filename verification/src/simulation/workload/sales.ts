import { canHandOver, handOver, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { TillClient } from "./till-client.ts";
import { generateUuid, provisionRequest } from "../messages.ts";
import type { ProcessEnvironment } from "../ports.ts";
import type { CustomerScript } from "./customer-script.ts";

/** A voucher that a customer has. */
export interface OwnedVoucher {
  readonly code: string;
  readonly provider: ProviderName;
  /** The sale that it comes from, if that was in this run. */
  readonly saleId?: Uuid;
}

/** Half of the sales are with a provider that follows the whole protocol. */
const providers: readonly ProviderName[] = ["standard", "standard", "Netcare", "Stellr"];

/** A customer buys a voucher and keeps it. */
export function createSaleWorkload(
  { context }: ProcessEnvironment,
  { call, waitWhileIn }: TillClient,
  script: CustomerScript,
  vouchers: OwnedVoucher[],
): (number: number) => Promise<void> {
  const { clock, random, trace, scenario } = context;

  /** The customer gets the voucher as soon as it may be handed over. */
  function receiveVoucher(transaction: Transaction | undefined, provider: ProviderName): void {
    if (transaction === undefined || !canHandOver(transaction)) return;
    const { code } = handOver(transaction);
    vouchers.push({ code, provider, saleId: transaction.id });
  }

  return async (number) => {
    const id = generateUuid(random);
    const provider = random.pick(providers);
    const request = provisionRequest(id, provider);
    trace.setName(id, `sale ${number}`);
    await clock.sleep(random.below(scenario.arrivalWindowMs));
    const [outcome] = await Promise.all([
      call(id, "sells", (till) => till.provision(request)),
      random.chance(0.2) ? script.cancelLater(id) : undefined,
    ]);
    const sale = await waitWhileIn(outcome, ["requesting", "waitingToRetry"]);
    receiveVoucher(sale, provider);
    if (sale?.state === "issued") receiveVoucher(await script.decide(id, script.confirm), provider);
  };
}
