import { type Arrow, exploreMachine, type StateDiagram } from "./explore.ts";

/** The text of docs/state-machines.md. */
export const stateMachinesPage = (): string => `# The state machines

<!-- Written by \`pnpm diagrams\` from the shipped code, and compared with it by the tests: do not edit. -->

Every arrow was found by exploring the shipped transitions under every kind of policy. After the slash is the message that the step
sends. Facts that change nothing, and refused intents, are left out: the tables of [a provision](../packages/core/test/provision-table.ts),
[a redemption](../packages/core/test/redemption-table.ts) and [a refund](../packages/core/test/refund-table.ts) have every event in every
situation.

## Provision

${diagram(exploreMachine("provision"))}

## Redemption

${diagram(exploreMachine("redemption"))}

## Refund

${diagram(exploreMachine("refund"))}
`;

function diagram({ arrows, finals }: StateDiagram): string {
  const lines = [...mergeArrows(arrows), ...finals.map((state) => `${state} --> [*]`)];
  return ["```mermaid", "stateDiagram-v2", ...lines.map((line) => `  ${line}`), "```"].join("\n");
}

/** One line for each pair of states, with every event that leads from one to the other, and what is sent. */
function mergeArrows(arrows: readonly Arrow[]): readonly string[] {
  const labels = new Map<string, Set<string>>();
  for (const { from, to, label, command } of arrows) {
    const path = `${from} --> ${to}`;
    const text = command === undefined ? label : `${label} / ${command}`;
    labels.set(path, (labels.get(path) ?? new Set()).add(text));
  }
  return [...labels].map(([path, texts]) => `${path}: ${[...texts].toSorted().join("<br>")}`);
}
