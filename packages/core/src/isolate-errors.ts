/**
 * A listener that cannot harm its caller. What it throws, or rejects with if it is async, is a bug of its owner: `warn` is
 * called with the first one only, since the next event would bring the next.
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
