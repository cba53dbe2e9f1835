/** A small change that breaks a rule of the runtime by which one trouble stays one's own. */
export interface IsolationDefect {
  /** What the code does wrong then. */
  readonly name: string;
  /** The file, from the project's root. */
  readonly file: string;
  /** The code as it is. The file holds it exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** The seed to begin with, where it was caught before: that saves time. */
  readonly from: number;
}

const PLAN = "packages/runtime/src/engine/delivery-plan.ts";
const DELIVER = "packages/runtime/src/background/deliver.ts";
const FORWARDER = "packages/runtime/src/background/forwarder.ts";

/** Each of them must be caught. A check that nothing can fail shows nothing. */
export const isolationDefects: readonly IsolationDefect[] = [
  {
    name: "a breaker that holds back first deliveries as well",
    file: PLAN,
    original: "{ exceptQueues: [...namesOf(full), ...namesOf(silent)] },",
    replacement: "{ exceptQueues: [...namesOf(full), ...namesOf(silent), ...namesOf(open)] },",
    from: 1,
  },
  {
    name: "one client's halt that halts all",
    file: PLAN,
    original: "claims: free === 0 ? [] :",
    replacement: "claims: free === 0 || halted.length > 0 ? [] :",
    from: 19,
  },
  {
    name: "an advice that keeps its slot until its repeat, however long Retry-After makes that",
    file: DELIVER,
    original:
      'onEvent({ type: "adviceRepeats", id, adviceId: message.id, operation, notBefore, ...labels, at: clock.now() });',
    replacement:
      'onEvent({ type: "adviceRepeats", id, adviceId: message.id, operation, notBefore, ...labels, at: clock.now() }); await clock.sleep(notBefore - clock.now());',
    from: 31,
  },
  {
    name: "a silent delivery that keeps its slot",
    file: DELIVER,
    original: "    slot.detach();\n",
    replacement: "",
    from: 7,
  },
  {
    name: "an Electrum that counts as away although it answers requests",
    file: FORWARDER,
    original: "      if (next === state.queues()) return;\n",
    replacement: "      if (client !== undefined) return;\n",
    from: 3,
  },
];
