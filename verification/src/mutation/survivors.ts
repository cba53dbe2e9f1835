/** A mutant that no test can kill, and why. */
export interface Explanation {
  /** Below the sources of the core. */
  readonly file: string;
  /** What Stryker calls this kind of change. */
  readonly mutator: string;
  /** The text that is changed, and to what. */
  readonly change: string;
  /** How often the file holds it; once, where nothing is said. */
  readonly times?: number;
  readonly why: string;
}

const lastCase = "The last case of an exhaustive match: nothing is left that a wider pattern could catch besides.";
const onlyTimers = "No fact but a timer has a field `timer`; its type is asked so that the compiler knows it too.";
const sameMove = "A move is not kept, and `stepTo` makes the same of a command that is undefined as of none.";

/** Every mutant of the transitions that survives. Each does what the source does: there is nothing for a test to see. */
export const survivors: readonly Explanation[] = [
  {
    file: "lookup-guard.ts",
    mutator: "ConditionalExpression",
    change: "endedAt !== undefined → true",
    why: "No moment is at or after NaN, which is what an end that is undefined adds up to.",
  },
  {
    file: "lookup-guard.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    why: "A function that ends without a word gives undefined as well.",
  },
  {
    file: "acknowledgement.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    why: "A function that ends without a word gives undefined as well.",
  },
  {
    file: "reply.ts",
    mutator: "ConditionalExpression",
    change: "default: return false; → default:",
    why: "A function that ends without a word gives undefined, and that is no more true than false.",
  },
  {
    file: "reply.ts",
    mutator: "ConditionalExpression",
    change: "error.errorType !== undefined → true",
    why: "A success without an error type was read before, and a type that is undefined leaves nothing open.",
  },
  {
    file: "settlement.ts",
    mutator: "ConditionalExpression",
    change: 'typeof amount === "number" → true',
    why: "Nothing but a number is finite; its type is asked so that the compiler knows it too.",
  },
  {
    file: "settlement.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    why: onlyTimers,
  },
  { file: "settlement.ts", mutator: "ObjectLiteral", change: '{ outcome: "refused" } → {}', why: lastCase },
  { file: "settlement.ts", mutator: "ObjectLiteral", change: '{ outcome: "contradicted" } → {}', why: lastCase },
  {
    file: "transaction.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    why: "A function that ends without a word gives undefined as well.",
  },
  {
    file: "provision/transition.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    why: onlyTimers,
  },
  { file: "provision/transition.ts", mutator: "ObjectLiteral", change: '{ outcome: "unknown" } → {}', why: lastCase },
  {
    file: "provision/transition.ts",
    mutator: "ConditionalExpression",
    change: "command === undefined → false",
    why: sameMove,
  },
  {
    file: "provision/transition.ts",
    mutator: "ConditionalExpression",
    change: "doubt === undefined → false",
    times: 2,
    why: "`startReversing` makes the same of a doubt that is undefined as of none.",
  },
  {
    file: "redemption/transition.ts",
    mutator: "ConditionalExpression",
    change: 'intent.type !== "confirm" → false',
    why: "No intent but a confirmation has tenders; its type is asked so that the compiler knows it too.",
  },
  { file: "redemption/transition.ts", mutator: "ObjectLiteral", change: '{ outcome: "unknown" } → {}', why: lastCase },
  {
    file: "redemption/transition.ts",
    mutator: "ConditionalExpression",
    change: "command === undefined → false",
    why: sameMove,
  },
  {
    file: "redemption/lookup.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    why: onlyTimers,
  },
  { file: "redemption/lookup.ts", mutator: "ObjectLiteral", change: '{ outcome: "unknown" } → {}', why: lastCase },
  { file: "redemption/lookup.ts", mutator: "ObjectLiteral", change: '{ state: "notFound" } → {}', why: lastCase },
  { file: "redemption/lookup.ts", mutator: "ObjectLiteral", change: '{ state: "found" } → {}', why: lastCase },
  { file: "redemption/lookup.ts", mutator: "ObjectLiteral", change: '{ state: "abandoned" } → {}', why: lastCase },
];
