import { providerNames } from "@electrum-vouchers/simulator";
import { confirmationOf, voucherCodeIn } from "@electrum-vouchers/testkit";
import type { Switch } from "../../harness/switch.ts";
import { generateUuid, provisionRequest, tenders } from "../messages.ts";
import type { RunContext } from "../run-context.ts";
import type { OwnedVoucher } from "./sales.ts";

/** Vouchers that were sold before the run begins, so that customers have some to redeem. */
export function sellInitialVouchers({ random, scenario }: RunContext, electrum: Switch): OwnedVoucher[] {
  return Array.from({ length: scenario.initialVouchers }, () => {
    const provider = random.pick(providerNames);
    const request = provisionRequest(generateUuid(random), provider);
    const { body } = electrum.receive({ operation: "provisionVoucher", message: request });
    const confirmation = confirmationOf({ request, confirmationId: generateUuid(random), tenders });
    if (scenario.messaging === "dual") electrum.receive(confirmation);
    return { code: voucherCodeIn(body), provider };
  });
}
