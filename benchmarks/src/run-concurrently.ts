/** Does `work` `count` times, `concurrency` at once. Each begins as soon as an earlier one has ended. */
export async function runConcurrently(count: number, concurrency: number, work: () => Promise<void>): Promise<void> {
  let started = 0;
  const runNext = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runNext));
}
