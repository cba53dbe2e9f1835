/**
 * Wraps a listener so that its errors cannot harm the caller. If it throws, or rejects, that is a bug of the listener's owner.
 * `warn` is called for the first error only, since a broken listener fails again at each event.
 *
 * @example
 * const notify = isolateErrors(onCommit, (detail) => process.emitWarning("onCommit failed", { detail }));
 */
export function isolateErrors<Arguments extends readonly unknown[]>(
  listener: (...given: Arguments) => unknown,
  warn: (detail: string) => void,
): (...given: Arguments) => void {
  let isWarned = false;

  function warnOnce(error: unknown): void {
    if (isWarned) return;
    isWarned = true;
    warn(error instanceof Error && error.stack !== undefined ? error.stack : String(error));
  }

  return (...given) => {
    const call = async (): Promise<unknown> => listener(...given);
    call().catch(warnOnce);
  };
}
