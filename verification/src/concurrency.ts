/** As many as the machine is expected to have cores. */
export const WORKERS = 2;

/** Does each of the jobs, in their order and so many at once, each as soon as one before it is done. */
export async function runConcurrently<Job>(jobs: readonly Job[], work: (job: Job) => Promise<void>): Promise<void> {
  const pending = [...jobs];
  async function runNext(): Promise<void> {
    for (let job = pending.shift(); job !== undefined; job = pending.shift()) await work(job);
  }
  await Promise.all(Array.from({ length: WORKERS }, runNext));
}
