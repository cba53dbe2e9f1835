import { canHandOver, type TransactionView, type Uuid } from "@electrum-vouchers/core";
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
  { call, waitWhileIn, handOver }: TillClient,
  script: CustomerScript,
  vouchers: OwnedVoucher[],
): (number: number) => Promise<void> {
  const { clock, random, trace, scenario } = context;

  /** The customer gets the voucher as soon as it may be handed over. */
  async function receiveVoucher(sale: TransactionView | undefined, provider: ProviderName): Promise<void> {
    if (sale === undefined || !canHandOver(sale)) return;
    const code = await handOver(sale.id);
    if (code !== undefined) vouchers.push({ code, provider, saleId: sale.id });
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
    await receiveVoucher(sale, provider);
    if (sale?.state === "issued") await receiveVoucher(await script.decide(id, script.confirm), provider);
  };
}
