import { randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ProvisionRequest } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import ky, { type KyInstance } from "ky";
import type { ClaimedByHand, HandWrittenOutbox } from "./hand-written-outbox.ts";
import { createProvisionRequest, samplePolicy } from "./sample.ts";
import { type SalesMeasurement, measureSales } from "./sales-measurement.ts";

/** How a change is made durable. */
export type Save = (createChange: Change) => Promise<void>;

const REPLY_DEADLINE_MS = 60_000;

const createClient = (): KyInstance =>
  ky.create({
    retry: 0,
    timeout: REPLY_DEADLINE_MS,
    throwHttpErrors: false,
    redirect: "manual",
    headers: { authorization: "Basic YmVuY2g6YmVuY2g=", accept: "application/json" },
  });

/**
 * The same sale written by hand: two calls with the same client, three durable steps, rows of the same size, and no more. It has
 * what no implementation can do without: a time limit, no redirects, no repeats by the client, and each state and its cause as
 * JSON. It does without what a careful engineer might leave out: a check of the request, a checksum, a limit on responses, the
 * step between approval and decision, reading a state back, and a queue that survives the process.
 */
export async function sellByHand(
  save: Save,
  url: string,
  count: number,
  concurrency: number,
): Promise<SalesMeasurement> {
  const client = createClient();
  return measureSales(count, concurrency, async () => {
    const start = createStart(createProvisionRequest());
    await save(change(start, 0, "requesting", { state: "requesting", ...start }, { start }));
    const { status, body } = await post(client, `${url}/vouchers`, start.request);
    const approval: unknown = JSON.parse(body);
    const advice = createAdvice(start, approval);
    const decided = { ...start, approval, advice };
    await save(change(start, 1, "confirming", { state: "confirming", ...decided }, { status, body, tenders: [] }));
    const response = await post(client, `${url}/vouchers/confirmations`, advice);
    await save(change(start, 2, "confirmed", { state: "confirmed", ...decided }, response));
  });
}

/**
 * Like {@link sellByHand}, with three of the things that it does without: the step between approval and decision is durable too,
 * each step reads what is stored and checks its checksum, and the confirmation is sent from the queue.
 */
export async function sellByHandWithCare(
  database: HandWrittenOutbox,
  url: string,
  count: number,
  concurrency: number,
): Promise<SalesMeasurement> {
  const client = createClient();
  const save = createGroupedSave(database);
  const claimById = createGroupedClaim(database);
  return measureSales(count, concurrency, async () => {
    const start = createStart(createProvisionRequest());
    const { id } = start.request;
    const saveWithCare: Save = (each) =>
      save({ ...each, record: withChecksum(each.record), entry: withChecksum(each.entry) });

    await saveWithCare(change(start, 0, "requesting", { state: "requesting", ...start }, { start }));
    const { status, body } = await post(client, `${url}/vouchers`, start.request);
    const approval: unknown = JSON.parse(body);
    await saveWithCare(change(start, 1, "issued", { state: "issued", ...start, approval }, { status, body }));
    const issued = verifyChecksum(database.load(id));
    const decided = { ...start, ...issued, advice: createAdvice(start, issued["approval"]) };
    await saveWithCare(change(start, 2, "confirming", { ...decided, state: "confirming" }, { tenders: [] }));
    const confirming = verifyChecksum((await claimById(id)).record);
    const response = await post(client, `${url}/vouchers/confirmations`, confirming["advice"]);
    await saveWithCare(change(start, 3, "confirmed", { ...confirming, state: "confirmed" }, response));
  });
}

interface Start {
  readonly request: ProvisionRequest;
  readonly policy: typeof samplePolicy;
  readonly confirmationId: string;
  readonly reversalId: string;
  readonly at: number;
}

const createStart = (request: ProvisionRequest): Start => ({
  request,
  policy: samplePolicy,
  confirmationId: randomUUID(),
  reversalId: randomUUID(),
  at: Date.now(),
});

const due = {
  requesting: { work: "replyDeadline", description: "response" },
  confirming: { work: "advice", description: "confirmVoucher" },
} as const;

function change(
  { request: { id }, at }: Start,
  expectedVersion: number,
  state: "requesting" | "issued" | "confirming" | "confirmed",
  record: object,
  entry: object,
): Change {
  const common = { id, kind: "provision", needsAttention: false, at, expectedVersion, state } as const;
  const texts = { record: JSON.stringify(record), entry: JSON.stringify(entry) };
  switch (state) {
    case "requesting":
      return { ...common, ...texts, final: false, due: { at: at + REPLY_DEADLINE_MS, ...due.requesting } };
    case "confirming":
      return { ...common, ...texts, final: false, due: { at, ...due.confirming } };
    default:
      return { ...common, ...texts, final: state === "confirmed" };
  }
}

function createAdvice({ request, confirmationId }: Start, approval: unknown): object {
  const thirdPartyIdentifiers =
    typeof approval === "object" && approval !== null && "thirdPartyIdentifiers" in approval
      ? approval.thirdPartyIdentifiers
      : request.thirdPartyIdentifiers;
  const time = new Date().toISOString();
  return { id: confirmationId, requestId: request.id, time, thirdPartyIdentifiers, tenders: [] };
}

async function post(client: KyInstance, url: string, json: unknown): Promise<{ status: number; body: string }> {
  const response = await client.post(url, { json });
  return { status: response.status, body: await response.text() };
}

const CHECKSUM_LETTERS = 8;

const checksumOf = (text: string): string => crc32(text).toString(16).padStart(CHECKSUM_LETTERS, "0");

const withChecksum = (text: string): string => `${checksumOf(text)}${text}`;

function verifyChecksum(stored: string): Readonly<Record<string, unknown>> {
  const text = stored.slice(CHECKSUM_LETTERS);
  if (checksumOf(text) !== stored.slice(0, CHECKSUM_LETTERS)) throw new RangeError("a record is damaged");
  const record: unknown = JSON.parse(text);
  if (!isObject(record)) throw new TypeError("a record is an object");
  return record;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** One commit for all saves of one turn of the event loop. */
export const createGroupedSave = (database: HandWrittenOutbox): Save =>
  batchPerTurn((changes) => {
    database.saveAll(changes);
    return () => undefined;
  });

export const createInlineSave =
  (database: HandWrittenOutbox): Save =>
  async (each) =>
    database.save(each);

/** How long a lease lasts. It is longer than a sale. */
const LEASE_MS = 60_000;

/** One claim for all advices that have come due in one turn of the event loop. */
const createGroupedClaim = (database: HandWrittenOutbox): ((id: string) => Promise<ClaimedByHand>) =>
  batchPerTurn((ids) => {
    const now = Date.now() + 1;
    const rows = new Map<string, ClaimedByHand>(
      database.claim(ids.length, now, now + LEASE_MS).map((row) => [row.id, row]),
    );
    return (id) => {
      const row = rows.get(id);
      if (row === undefined) throw new RangeError("all that is due is waited for");
      return row;
    };
  });

/** Does everything that is asked for in one turn of the event loop at once. `work` gives the result of each item. */
function batchPerTurn<Item, Outcome>(
  work: (all: readonly Item[]) => (item: Item) => Outcome,
): (item: Item) => Promise<Outcome> {
  let queued: { readonly item: Item; readonly resolve: (outcome: Outcome) => void }[] = [];
  return (item) =>
    new Promise((resolve) => {
      queued.push({ item, resolve });
      if (queued.length > 1) return;
      setImmediate(() => {
        const all = queued;
        queued = [];
        const outcomeOf = work(all.map((each) => each.item));
        for (const each of all) each.resolve(outcomeOf(each.item));
      });
    });
}
