import {
  defaultPolicy,
  encode,
  type Json,
  parseProvisionRequest,
  type ProvisionStart,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import type { Random } from "../random.ts";
import { containsSecret } from "./errors.ts";
import { CODE, CONFIRMATION_ID, PIN, provisionRequest, REVERSAL_ID } from "./messages.ts";
import { mutateJson } from "./mutate.ts";
import { type SystemUnderTest, type Violations, violationUnless } from "./system-under-test.ts";

// What a caller brings may be anything that JavaScript can hold, and the caller may change it at once. A start is refused, or what was
// validated is what is stored and what is sent, whatever becomes of the object.

const genuine: Json | undefined = parseJson(
  JSON.stringify({
    request: { ...provisionRequest, voucher: { code: CODE, pin: { type: "CLEAR_PIN", pin: PIN } }, tenders: [] },
    confirmationId: CONFIRMATION_ID,
    reversalId: REVERSAL_ID,
    policy: defaultPolicy,
    at: 0,
  }),
);

/** Starts a sale with a caller's object, and uses the object again. */
export function checkCaller(system: SystemUnderTest, random: Random): Violations {
  const start = hostileStart(random);
  return system.startProvision(start).match(
    (step) => {
      const [sent, stored] = [JSON.stringify(step.commands), encode(step.transaction)];
      overwrite(start);
      const isSame = JSON.stringify(step.commands) === sent && encode(step.transaction) === stored;
      return [
        ...violationUnless(isSame, "a sale changed with the object that its caller had given"),
        ...checkSent(step),
      ];
    },
    (refusal) => violationUnless(!containsSecret(refusal), "a refusal holds a voucher's secret"),
  );
}

/** What is sent is what Electrum's schema allows, also to whoever reads the JSON. */
function checkSent({ commands: [command] }: Step<Transaction>): Violations {
  const sent = command?.type === "sendRequest" ? JSON.stringify(command.request.message) : "";
  const isAllowed = parseProvisionRequest(JSON.parse(sent)).match(
    (message) => JSON.stringify(message) === sent,
    () => false,
  );
  return [
    ...violationUnless(isAllowed, "a message is sent that the schema does not allow"),
    ...violationUnless(Buffer.byteLength(sent) <= MAX_MESSAGE_BYTES, "a message is sent that is too large"),
  ];
}

const MAX_MESSAGE_BYTES = 65_536;

function hostileStart(random: Random): ProvisionStart {
  let start: unknown = genuine;
  if (random.chance(0.3) && isJsonObject(genuine)) start = mutateJson(random, genuine);
  start = structuredClone(start);
  for (let edits = random.below(3); edits > 0; edits -= 1) start = editSomewhere(random, start, start);
  if (!isGiven(start)) throw new TypeError("a caller without types gives anything");
  return start;
}

/** Whatever a caller without types gives. */
const isGiven = (_given: unknown): _given is ProvisionStart => true;

/** Puts something that is no plain data, or too much of it, somewhere into an object. */
function editSomewhere(random: Random, value: unknown, whole: unknown): unknown {
  if (typeof value !== "object" || value === null) return random.pick(values)(whole, value);
  const names = Object.keys(value);
  if (names.length === 0 || random.chance(0.2)) {
    random.pick(fields)(value, whole);
    return random.chance(0.2) ? new Proxy(value, {}) : value;
  }
  const name = random.pick(names);
  const part: unknown = Reflect.get(value, name);
  Reflect.set(value, name, editSomewhere(random, part, whole));
  return value;
}

/** Values in place of another. */
const values: readonly ((whole: unknown, value: unknown) => unknown)[] = [
  () => new Date(0),
  () => new Map([["amount", 1]]),
  () => () => CODE,
  () => Symbol(CODE),
  () => 10n,
  () => undefined,
  () => Number.NaN,
  () => "\0",
  () => "half \ud83d",
  () => "x".repeat(70_000),
  () => Array.from({ length: 5_000 }, () => "é€".repeat(5)),
  (whole) => whole,
  (_, value) => Object.assign([value], { length: 3 }),
];

/** Fields of an object of which JSON knows nothing. */
const fields: readonly ((object: object, whole: unknown) => boolean)[] = [
  (object) =>
    Reflect.defineProperty(object, "__proto__", { value: { code: CODE }, enumerable: true, configurable: true }),
  (object) => Reflect.set(object, "toJSON", () => ({ code: CODE })),
  (object) => Reflect.set(object, "constructor", CODE),
  (object) => Reflect.set(object, Symbol("hidden"), CODE),
  (object) => Reflect.defineProperty(object, "hidden", { value: CODE, enumerable: false }),
  (object) => Reflect.setPrototypeOf(object, { inherited: CODE }),
  (object, whole) => Reflect.set(object, "self", whole),
  (object) => {
    const [name = "basketRef"] = Object.keys(object);
    const first: unknown = Reflect.get(object, name);
    let reads = 0;
    return Reflect.defineProperty(object, name, { get: () => ((reads += 1) === 1 ? first : CODE), enumerable: true });
  },
];

/** The caller uses its object again: for another sale, at every depth that it can reach. */
function overwrite(value: unknown, depth = 10): void {
  if (typeof value !== "object" || value === null || depth === 0) return;
  for (const name of Object.keys(value)) {
    overwrite(Reflect.get(value, name), depth - 1);
    Reflect.set(value, name, "another sale");
  }
}
