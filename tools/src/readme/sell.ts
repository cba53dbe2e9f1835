import { randomUUID } from "node:crypto";
import * as core from "@electrum-vouchers/core";
import { ok } from "neverthrow";

/** Your own database, HTTP client and timers. */
export interface Yours {
  save(record: string, due: { readonly at: number } | undefined): Promise<void>;
  send(request: core.HttpRequest, deadlineAt: number): Promise<core.HttpResponse | undefined>;
  sleepUntil(at: number): Promise<void>;
}

export async function sell(
  request: core.ProvisionRequest,
  policy: core.Policy,
  yours: Yours,
): Promise<string | undefined> {
  const ids = { confirmationId: randomUUID(), reversalId: randomUUID() };
  let step = core.startProvision({ request, policy, ...ids, at: Date.now() });
  while (step.isOk()) {
    const { transaction: sale, commands } = step.value;
    await yours.save(core.encode(sale), core.nextDue(sale)); // commit, then act
    const [command] = commands;
    if (command?.type === "sendRequest") {
      const { attempt, deadlineAt } = command;
      const answer = await yours.send(core.toHttp(command.request), deadlineAt);
      const at = Date.now();
      const silence = { type: "noResponse", attempt, cause: "deadline", at } as const;
      step = ok(core.observe(sale, answer ? { type: "response", attempt, ...answer, at } : silence));
    } else if (command?.type === "wakeAt") {
      await yours.sleepUntil(command.at);
      step = ok(core.observe(sale, core.timerFact(command, Date.now())));
    } else if (sale.state === "issued") {
      step = core.decide(sale, { type: "confirm", tenders: [], at: Date.now() }); // the customer has paid
    } else {
      return core.canHandOver(sale) ? core.handOver(sale).code : undefined; // an advice that is due goes out from your store
    }
  }
  throw new Error(`refused: ${step.error.type}`);
}
