/** The number of cores that the machine is expected to have. */
export const WORKERS = 2;

/** Does the jobs in their order, so many at once. Each begins as soon as an earlier one is done. */
export async function runConcurrently<Job>(jobs: readonly Job[], work: (job: Job) => Promise<void>): Promise<void> {
  const pending = [...jobs];
  async function runNext(): Promise<void> {
    for (let job = pending.shift(); job !== undefined; job = pending.shift()) await work(job);
  }
  await Promise.all(Array.from({ length: WORKERS }, runNext));
}
