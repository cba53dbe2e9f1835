/** Keeps the whole process busy, so that its timers are late. */
export const holdUp = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
