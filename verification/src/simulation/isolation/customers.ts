import { toDateTime } from "@electrum-vouchers/core";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import { provisionRequest, receiver } from "@electrum-vouchers/testkit";
import { describeViolation } from "../../oracle/invariants.ts";
import { generateUuid, tenders } from "../messages.ts";
import type { MortalTill, ShopEnvironment } from "./mortal-till.ts";
import { clients, openMs } from "./scenario.ts";
import type { Failure } from "./failures.ts";

/** The numbers of those who come at once begin here. */
const RUSH_NUMBERS = 1_000;

/** Customers buy and pay, or go away. Most come one after the other, some at once. */
export function letCustomersCome(environment: ShopEnvironment, mortalTill: MortalTill): void {
  const { random, clock, scenario } = environment;
  const sell = createSell(environment, mortalTill);

  async function letOneAfterTheOtherCome(): Promise<void> {
    for (let number = 1; clock.monotonicMs() < openMs(scenario); number += 1) {
      await clock.sleep(random.below(2 * scenario.saleIntervalMs));
      void sell(number);
    }
  }

  async function letManyComeAtOnce(): Promise<void> {
    await clock.sleep(scenario.rushAtMs);
    for (let number = 1; number <= scenario.rush; number += 1) void sell(RUSH_NUMBERS + number);
  }

  void letOneAfterTheOtherCome();
  void letManyComeAtOnce();
}

function createSell(
  { random, scenario, clock, trace, record }: ShopEnvironment,
  mortalTill: MortalTill,
): (number: number) => Promise<void> {
  function drawFailure(client: string, provider: ProviderName): Failure | undefined {
    const { failingClient = client, failingProvider = provider, share, failures } = scenario;
    const [isFailing, failure] = [random.chance(share), random.pick(failures)];
    return isFailing && failingClient === client && failingProvider === provider ? failure : undefined;
  }

  /** While the process is down, nobody can buy. */
  return async function sell(number: number): Promise<void> {
    const { tillProcess, till } = mortalTill.running() ?? {};
    if (tillProcess === undefined || till === undefined) return;
    const [id, name] = [generateUuid(random), `sale ${number}`];
    const [client, provider] = [random.pick(clients), random.pick(providerNames)];
    const failure = drawFailure(client, provider);
    const isPaid = !random.chance(0.2);
    trace.setName(id, name);
    record.add(id, { name, client, failure });
    const request = provisionRequest(id, {
      time: toDateTime(clock.now()),
      client: { id: client, name: client },
      receiver: receiver(provider),
    });
    const sold = await tillProcess.untilKilled(till.provision(request));
    const outcome = sold.match(
      ({ state }) => state,
      ({ type }) => type,
    );
    trace.add(client, `buys ${name} of ${provider}: ${outcome}`);
    if (outcome !== "issued") return;
    trace.add(client, `${isPaid ? "pays for" : "cancels"} ${name}, whose advice ${failure ?? "is healthy"}`);
    const decided = await tillProcess.untilKilled(isPaid ? till.confirm(id, tenders) : till.cancel(id));
    if (decided.isErr()) record.report(describeViolation("nothingThrown", `${name}: ${decided.error.type}`));
  };
}
