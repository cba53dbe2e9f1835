import type { Random } from "../../random.ts";
import { withTemporaryFolder } from "../../disk/temporary-folder.ts";
import type { Violations } from "../system-under-test.ts";
import { checkJournals, openStore, readAll, settle, type StoreFiles, writeStore } from "./store.ts";

// The files of a store after a disk, a person or a program has changed bytes of them. The outbox opens or gives an error; what it then
// reads was committed, or is an error. Bytes of a column that nothing contradicts are changed without a trace: `checkRows` is about those.

/** Changes up to three places in the files, opens them, and reads everything. */
export const checkFiles = (random: Random, { history, files }: StoreFiles): Promise<Violations> =>
  withTemporaryFolder(async (folder) => {
    const damaged = new Map(files);
    for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
      const [suffix, bytes] = random.pick([...damaged, ...preferred(damaged)]);
      if (random.chance(0.03)) damaged.delete(suffix);
      else damaged.set(suffix, damage(random, bytes, random.pick([...files.values()])));
    }
    const opened = openStore(writeStore(folder, damaged));
    if (opened.isErr()) return [];
    const outbox = opened.value;
    const violations = [...(await readAll(outbox, history))];
    const isSound = (await outbox.check()).map((faults) => faults.length === 0).unwrapOr(false);
    // Nothing in the protocol reads a journal. The operator does, after a check of the file.
    violations.push(...(isSound ? await checkJournals(outbox, history) : []));
    await settle(outbox.close());
    return violations;
  });

/** What holds commits is chosen more often than what is made anew. */
const preferred = (files: StoreFiles["files"]) => [...files].filter(([suffix]) => suffix === "" || suffix === "-wal");

const PAGE_BYTES = 4_096;

/** `other` is any file of the store. */
function damage(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  if (bytes.length === 0) return Buffer.from(other.subarray(0, random.below(200)));
  const at = random.chance(0.3) ? random.below(Math.min(bytes.length, 120)) : random.below(bytes.length);
  const length = 1 + random.below(random.pick([1, 4, 100, PAGE_BYTES]));
  switch (random.below(8)) {
    case 0:
      return damaged.subarray(0, at);
    case 1:
      return damaged.subarray(0, at - (at % PAGE_BYTES));
    case 2:
      return damaged.fill(random.pick([0, 0xff, 0x20]), at, Math.min(at + length, bytes.length));
    case 3:
      return Buffer.concat([damaged, other.subarray(0, length)]);
    case 4:
      return Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)]);
    case 5: {
      const [from, to] = [random.below(bytes.length), at].map((place) => place - (place % PAGE_BYTES));
      bytes.copy(damaged, to, from, (from ?? 0) + PAGE_BYTES);
      return damaged;
    }
    case 6:
      return Buffer.from(other);
    default:
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
      return damaged;
  }
}
