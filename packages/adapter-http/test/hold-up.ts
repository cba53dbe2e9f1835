/** Blocks the whole process, so that its timers fire late. */
export const holdUp = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
