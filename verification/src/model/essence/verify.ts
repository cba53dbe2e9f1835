import { hasFields, onThreads } from "../../threads.ts";
import { nameOf } from "../configuration.ts";
import type { Evidence } from "./evidence.ts";
import { lives } from "./lives.ts";

/** Leads the lives of one configuration after the other. */
const script = new URL("worker.ts", import.meta.url);

const isEvidence = (message: unknown): message is Evidence => hasFields(message, "transactions", "differences");

/** Leads every life of a transaction with nothing left out. Prints how many there are, and gives what is not alike. */
export async function verifyEvidence(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("\n  in full       alike   what is left out of a state decides nothing");
  await onThreads({
    script,
    jobs: lives,
    isResult: isEvidence,
    done: ({ configuration }, { transactions, essences, differences }) => {
      const name = nameOf(configuration);
      console.log(`${String(transactions).padStart(9)} ${String(essences).padStart(11)}   ${name}`);
      failures.push(
        ...[...new Set(differences)].map(
          (difference) => `${name}\nlooks alike, and goes on in two ways: ${difference}`,
        ),
      );
    },
  });
  return failures;
}
