/** A mutant that no test can kill, and why. */
export interface SurvivorExplanation {
  /** Relative to the sources of the core. */
  readonly file: string;
  /** What Stryker calls this kind of change. */
  readonly mutator: string;
  /** The text that is changed, and its replacement. */
  readonly change: string;
  /** How often the file holds it. Default: once. */
  readonly times?: number;
  readonly reason: string;
}

const lastCase = "The last case of an exhaustive match: a wider pattern could match nothing more.";
const onlyTimers = "No fact but a timer has a field `timer`; its type is asked so that the compiler knows it too.";
const sameMove = "A transition is not kept, and `toStep` treats an undefined command like an absent one.";

/** Every mutant of the transitions that survives. Each behaves like the source, so no test can detect it. */
export const survivors: readonly SurvivorExplanation[] = [
  {
    file: "lookup-timing.ts",
    mutator: "ConditionalExpression",
    change: "endedAt !== undefined → true",
    reason: "An undefined end gives NaN, and no moment is at or after NaN.",
  },
  {
    file: "lookup-timing.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    reason: "A function that ends without a return gives undefined as well.",
  },
  {
    file: "responses/advice-outcome.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    reason: "A function that ends without a return gives undefined as well.",
  },
  {
    file: "responses/echoed-pin.ts",
    mutator: "ConditionalExpression",
    change: "!isLookup && sent === undefined → false",
    reason: "Without a pin to look for, nothing is dropped, and the body is given back as it is; it only takes longer.",
  },
  {
    file: "responses/redemption-status.ts",
    mutator: "ConditionalExpression",
    change: "classified.error !== undefined → true",
    reason: "Only a foreign success has no error, and the next condition tells it; this one tells the compiler.",
  },
  {
    file: "responses/redemption-status.ts",
    mutator: "ConditionalExpression",
    change: 'classified.outcome === "unknown" → true',
    reason: "Only an unknown outcome has a cause; its outcome is asked so that the compiler knows it too.",
  },
  {
    file: "responses/request-outcome.ts",
    mutator: "ConditionalExpression",
    change: "default: return false; → default:",
    reason: "A function that ends without a return gives undefined, which is falsy as well.",
  },
  {
    file: "responses/request-outcome.ts",
    mutator: "ConditionalExpression",
    change: "error.errorType !== undefined → true",
    reason: "A success without an error type was classified before, and an undefined type leaves nothing open.",
  },
  {
    file: "machines/amounts-check.ts",
    mutator: "ConditionalExpression",
    change: 'typeof amount === "number" → true',
    reason: "Nothing but a number is finite; its type is asked so that the compiler knows it too.",
  },
  {
    file: "machines/decision.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    reason: onlyTimers,
  },
  {
    file: "machines/finalization.ts",
    mutator: "ObjectLiteral",
    change: '{ outcome: "refused" } → {}',
    reason: lastCase,
  },
  {
    file: "machines/finalization.ts",
    mutator: "ObjectLiteral",
    change: '{ outcome: "contradicted" } → {}',
    reason: lastCase,
  },
  {
    file: "transaction.ts",
    mutator: "ConditionalExpression",
    change: "default: return undefined; → default:",
    reason: "A function that ends without a return gives undefined as well.",
  },
  {
    file: "machines/provision.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    reason: onlyTimers,
  },
  {
    file: "machines/provision.ts",
    mutator: "ObjectLiteral",
    change: '{ outcome: "unknown" } → {}',
    reason: lastCase,
  },
  {
    file: "machines/provision.ts",
    mutator: "ConditionalExpression",
    change: "command === undefined → false",
    reason: sameMove,
  },
  {
    file: "machines/provision.ts",
    mutator: "ConditionalExpression",
    change: "inDoubt === undefined → false",
    times: 2,
    reason: "`startReversing` treats an undefined `inDoubt` like an absent one.",
  },
  {
    file: "machines/redemption.ts",
    mutator: "ConditionalExpression",
    change: 'intent.type !== "confirm" → false',
    reason: "No intent but a confirmation has tenders; its type is asked so that the compiler knows it too.",
  },
  {
    file: "machines/sent-once.ts",
    mutator: "ObjectLiteral",
    change: '{ outcome: "unknown" } → {}',
    reason: lastCase,
  },
  {
    file: "machines/sent-once.ts",
    mutator: "ConditionalExpression",
    change: "command === undefined → false",
    reason: sameMove,
  },
  {
    file: "machines/lookup.ts",
    mutator: "ConditionalExpression",
    change: 'fact.type === "timer" → true',
    reason: onlyTimers,
  },
  { file: "machines/lookup.ts", mutator: "ObjectLiteral", change: '{ outcome: "unknown" } → {}', reason: lastCase },
  {
    file: "machines/lookup.ts",
    mutator: "ObjectLiteral",
    change: '{ state: "lookupFailed" } → {}',
    reason: lastCase,
  },
  { file: "machines/lookup.ts", mutator: "ObjectLiteral", change: '{ state: "found" } → {}', reason: lastCase },
  { file: "machines/lookup.ts", mutator: "ObjectLiteral", change: '{ state: "abandoned" } → {}', reason: lastCase },
];
