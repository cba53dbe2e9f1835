import { type AttentionCell, attentionTable, explainAttention, type ProviderProfile } from "@electrum-vouchers/core";

// The page of what an operator is told, from the one table that the programs take it from (`core/src/attention.ts`).

const providers: Readonly<Record<"taken" | "notTaken", ProviderProfile>> = {
  taken: { name: "the provider", takesRetries: true, takesReversals: true },
  notTaken: { name: "the provider", takesRetries: false, takesReversals: false },
};

const introduction = `# What needs attention, and what to do

<!-- Written by \`pnpm attention\` from packages/core/src/attention.ts. A test fails if it is stale. -->

Whatever a program of this project says about a transaction that needs attention is one row of this table: \`attentionOf(transaction)\`
gives it. What may be lost depends on the kind, on which way the transaction was finalized, and on whether its provider takes reversals.
What is not listed cannot arise. [Operating](operating.md) says how to settle it.
`;

/** The page, as it must be in docs. */
export const attentionPage = (): string =>
  [
    introduction,
    ...(["provision", "redemption", "refund"] as const).map((kind) =>
      [
        `## A ${kind}\n`,
        "| reason | finalized | provider takes reversals | what it means | who loses | what to check | what settles it |",
        "|---|---|---|---|---|---|---|",
        ...attentionTable.filter((cell) => cell.kind === kind).map(rowOf),
        "",
      ].join("\n"),
    ),
  ].join("\n");

function rowOf({ kind, reason, direction, takesReversals }: AttentionCell): string {
  const { meaning, loser, check, settledBy } = explainAttention(
    kind,
    reason,
    direction,
    providers[takesReversals ? "taken" : "notTaken"],
  );
  const cells = [`\`${reason}\``, direction, takesReversals ? "yes" : "no", meaning, loser, check, settledBy];
  return `| ${cells.join(" | ")} |`;
}
