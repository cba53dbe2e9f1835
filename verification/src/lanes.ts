/** As many as the machine is expected to have cores. */
export const LANES = 2;

/** Does each of the jobs, in their order and so many at once, each as soon as one before it is done. */
export async function inLanes<Job>(jobs: readonly Job[], work: (job: Job) => Promise<void>): Promise<void> {
  const left = [...jobs];
  async function lane(): Promise<void> {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await work(job);
  }
  await Promise.all(Array.from({ length: LANES }, lane));
}
