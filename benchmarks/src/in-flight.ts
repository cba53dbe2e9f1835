/** Does `work` `count` times, `inFlight` at once, each as soon as one before it has ended. */
export async function inFlight(count: number, width: number, work: () => Promise<void>): Promise<void> {
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
