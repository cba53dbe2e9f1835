/** Those who want to hear of events, up to a bound. */
export interface Observers<Event> {
  /** Adds a listener, and returns what removes it; `undefined` if there are as many as there may be. */
  add(listener: (event: Event) => void): (() => void) | undefined;
  /** Tells all of them. The events are made only if somebody listens. */
  emit(create: () => readonly Event[]): void;
}

export function createObservers<Event>(maxListeners: number): Observers<Event> {
  const listeners = new Set<(event: Event) => void>();
  return {
    add(listener) {
      if (listeners.size >= maxListeners) return undefined;
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(create) {
      if (listeners.size === 0) return;
      for (const event of create()) for (const listener of listeners) listener(event);
    },
  };
}
