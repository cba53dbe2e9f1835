import type { Uuid } from "@electrum-vouchers/core";
import type { Change, CommitError, CommitUncertain, Outbox, StoredRecord } from "@electrum-vouchers/core/ports";
import { errAsync, okAsync, type ResultAsync } from "neverthrow";

/**
 * The outbox, with uncertain commits resolved as far as they can be. Each commit bears an id of its own. If its outcome is
 * uncertain, the stored record is loaded: if that bears the same id, the commit succeeded; if another version is stored, it was
 * a conflict; if the expected version is still there, the outcome stays uncertain, since the commit may still arrive.
 *
 * The id decides, not the content: another process may have stored the very same step, and acts on it.
 */
export function resolveUncertainCommits(outbox: Outbox, newId: () => Uuid): Outbox {
  const commit = (change: Change): ResultAsync<void, CommitError> => {
    const commitId = newId();
    return outbox.commit({ ...change, commitId }).orElse((error) =>
      error.type === "uncertain"
        ? outbox
            .load(change.id)
            .mapErr(() => error)
            .andThen((stored) => resolveUncertainty(change.expectedVersion, commitId, stored, error))
        : errAsync(error),
    );
  };
  return {
    commit,
    load: (id) => outbox.load(id),
    claim: (request) => outbox.claim(request),
    postpone: (postponement) => outbox.postpone(postponement),
    findAhead: (request) => outbox.findAhead(request),
    undelivered: (queue) => outbox.undelivered(queue),
    secret: () => outbox.secret(),
    correctColumns: (query) => outbox.correctColumns(query),
    watch: (listener) => outbox.watch(listener),
    advance: (request) => outbox.advance(request),
    release: (release) => outbox.release(release),
    close: () => outbox.close(),
  };
}

function resolveUncertainty(
  expectedVersion: number,
  commitId: Uuid,
  stored: StoredRecord | undefined,
  uncertain: CommitUncertain,
): ResultAsync<void, CommitError> {
  if ((stored?.version ?? 0) === expectedVersion) return errAsync(uncertain);
  if (stored?.commitId === commitId) return okAsync(undefined);
  return errAsync({ type: "conflict", ...(stored === undefined ? {} : { winner: stored }) });
}
