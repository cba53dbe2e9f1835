import { join } from "node:path";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { policy, type Transaction } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { startTill } from "@electrum-vouchers/runtime";
import { copyDatabase } from "../disk/folder.ts";
import { closed, opened } from "../disk/outbox.ts";
import { type Life, startLife } from "../simulation/life.ts";
import { opensAt } from "../simulation/messages.ts";
import { type Act, allEnd, cancel } from "./acts.ts";
import { createElectrum, type Electrum } from "./electrum.ts";
import type { Flow } from "./flow.ts";
import { createPorts, type Reached } from "./ports.ts";
import { restFaults, storedIn } from "./rest.ts";
import { createTime, type Time } from "./time.ts";
import { createWitness, type Witness } from "./witness.ts";

/**
 * What whoever works at the till does once it runs again.
 *
 * - `goesOn`: all of it once more, under the same ids
 * - `cancels`: the customers have gone, and nothing shall stand
 * - `isGone`: nothing at all
 */
export type Aftermath = "goesOn" | "cancels" | "isGone";

export const aftermaths: readonly Aftermath[] = ["goesOn", "cancels", "isGone"];

/** What came of a flow that was played once. */
export interface Played {
  /** How many points the first till came to. */
  readonly points: number;
  /** Where the till died; absent where it did not live long enough to get there, having nothing left to do. */
  readonly diedAt?: string;
  /** The states at the end, in the order in which the transactions were started. */
  readonly ends: readonly Transaction["state"][];
  readonly faults: readonly string[];
}

/** Beyond everything that a flow and its recovery take. */
const A_DAY_MS = 24 * 60 * 60 * 1000;

export interface Ending {
  /** At which point the till dies, counted from 1; 0 for nowhere. */
  readonly crashAt: number;
  readonly aftermath: Aftermath;
  readonly tamper?: Tamper | undefined;
}

/** Puts something between a till and its outbox. */
export type Tamper = (outbox: Outbox) => Outbox;

/** Plays a flow in a folder that has an empty outbox in it, up to the point where the till dies, and what comes after. */
export async function play(flow: Flow, folder: string, { crashAt, aftermath, tamper }: Ending): Promise<Played> {
  const time = createTime(opensAt);
  const scene: Scene = {
    flow,
    time,
    electrum: createElectrum(time, flow),
    witness: createWitness(),
    happened: new Set(),
  };
  const [first, second] = [join(folder, "first.db"), join(folder, "second.db")];
  const life = startLife("the first till", time.now);
  let points = 0;
  let diedAt: string | undefined;
  /** The file at this instant is all that a process leaves behind. */
  const reached: Reached = (point) => {
    points += 1;
    if (points !== crashAt) return false;
    diedAt = point;
    copyDatabase(first, second);
    life.end();
    return true;
  };

  copyDatabase(join(folder, EMPTY), first);
  let outbox = opened(first);
  await work(scene, flow.acts, { outbox: tamper === undefined ? outbox : tamper(outbox), life, reached });
  await rest(scene, outbox, life);
  if (diedAt !== undefined) {
    await closed(outbox);
    outbox = opened(second);
    const after = {
      outbox: tamper === undefined ? outbox : tamper(outbox),
      life: startLife("the second till", time.now),
    };
    await work(scene, actsAfter(flow, aftermath), { ...after, reached: () => false });
  }
  scene.electrum.calm();
  await rest(scene, outbox);
  const faults = await restFaults(outbox, scene.electrum.world(), scene.witness);
  const ends = (await storedIn(outbox)).map(({ state }) => state);
  await closed(outbox);
  return { points, ...(diedAt === undefined ? {} : { diedAt }), ends, faults };
}

/** What outlives a till. */
interface Scene {
  readonly flow: Flow;
  readonly time: Time;
  readonly electrum: Electrum;
  readonly witness: Witness;
  readonly happened: Set<Act>;
}

/** A till's process, and the file that it works on. */
interface Process {
  readonly outbox: Outbox;
  readonly life: Life;
  readonly reached: Reached;
}

/** Starts a till and does these things at it, until all are done or it has died. */
async function work(scene: Scene, acts: readonly Act[], process: Process): Promise<void> {
  const { time, witness } = scene;
  let isDone = false;
  const doing = workAtTill(scene, acts, process).finally(() => {
    isDone = true;
  });
  const isOver = await time.passUntil(() => isDone || process.life.isOver(), opensAt + A_DAY_MS);
  if (!isOver) witness.broken("the acts never come to an end");
  if (isDone) await doing;
}

async function workAtTill(scene: Scene, acts: readonly Act[], { outbox, life, reached }: Process): Promise<void> {
  const { flow, witness } = scene;
  const till = await startTill({
    ...createPorts({ ...scene, outbox }, life, reached),
    policy: policy(flow.policy)._unsafeUnwrap(),
    observe: witness.observes,
    newId: mint(life),
  });
  for (const act of acts) await life.outlive(act({ ...scene, till, provider: flow.provider ?? "ordinary" }));
}

/** Lets time pass until nothing is under way and nothing due any more, or the till has died. */
async function rest({ time, electrum }: Scene, outbox: SqliteOutbox, life?: Life): Promise<void> {
  const isNothingDue = (): Promise<boolean> =>
    outbox.summary().match(
      ({ due }) => due.advice + due.timer + due.replyDeadline === 0,
      () => false,
    );
  await time.passUntil(
    async () => life?.isOver() === true || (electrum.isAtRest() && (await isNothingDue())),
    opensAt + A_DAY_MS,
  );
}

/** The name of a database in which nothing has happened, from which every run starts. */
export const EMPTY = "empty.db";

/** Ids that no other process mints. */
function mint({ name }: Life): () => string {
  const prefix = name === "the first till" ? "a" : "b";
  let minted = 0;
  return () => {
    minted += 1;
    return `${prefix}0000000-0000-4000-8000-${minted.toString(16).padStart(12, "0")}`;
  };
}

function actsAfter({ acts }: Flow, aftermath: Aftermath): readonly Act[] {
  switch (aftermath) {
    case "goesOn":
      return acts;
    case "cancels":
      return [allEnd, ...[0, 1, 2, 3].map((place) => cancel(place)), allEnd];
    case "isGone":
      return [];
  }
}
