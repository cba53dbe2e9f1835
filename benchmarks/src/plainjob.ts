import { join } from "node:path";
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";
import { measurePerSecond } from "./rounds.ts";

/** It logs what it does, which is not needed here. */
const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** Claims each job, reads it, and marks it as done. Gives the jobs a second. As shipped, plainjob may lose commits in a power loss. */
export async function drainPlainjob(
  folder: string,
  jobs: readonly string[],
  synchronous: "FULL" | "as shipped",
): Promise<number> {
  const database = new Database(join(folder, "jobs.db"));
  // The payload is a text already.
  const queue = defineQueue({ connection: better(database), serializer: String, logger: quiet });
  queue.addMany("advice", [...jobs]);
  if (synchronous === "FULL") database.pragma("synchronous = FULL");
  const figure = await measurePerSecond(jobs.length, () => {
    for (let next = take(); next !== undefined; next = take()) queue.markJobAsDone(next.id);
  });
  queue.close();
  return figure;

  function take(): { readonly id: number } | undefined {
    const job = queue.getAndMarkJobAsProcessing("advice");
    if (job !== undefined) queue.getJobById(job.id);
    return job;
  }
}
