import { hasFields, runInWorkers } from "../../workers.ts";
import { configurationName } from "../configuration.ts";
import type { AbstractionComparison } from "./compare-abstraction.ts";
import { comparisonCases } from "./comparison-cases.ts";

/** Compares one configuration after the other. */
const script = new URL("worker.ts", import.meta.url);

const isAbstractionComparison = (message: unknown): message is AbstractionComparison =>
  hasFields(message, "transactions", "differences");

/** Runs every history of a transaction with nothing left out. Prints how many there are, and gives those that differ. */
export async function verifyAbstraction(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("\n  in full       alike   what is left out of a state changes nothing");
  await runInWorkers({
    script,
    jobs: comparisonCases,
    isResult: isAbstractionComparison,
    onResult: ({ configuration }, { transactions, abstractions, differences }) => {
      const name = configurationName(configuration);
      console.log(`${String(transactions).padStart(9)} ${String(abstractions).padStart(11)}   ${name}`);
      failures.push(
        ...[...new Set(differences)].map(
          (difference) => `${name}\nhas one abstraction and two behaviours: ${difference}`,
        ),
      );
    },
  });
  return failures;
}
