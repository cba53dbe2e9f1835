import Database from "better-sqlite3";

/**
 * The connections to SQLite that are made while something is opened, and are open afterwards. Faults are injected through them: no real disk fills up,
 * or becomes read-only, just when a check needs it.
 */
export function captureConnections<Opened>(open: () => Opened): {
  readonly value: Opened;
  readonly connections: ReadonlySet<Database.Database>;
} {
  const connections = new Set<Database.Database>();
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function remember(...args) {
    connections.add(this);
    return pragma.apply(this, args);
  };
  try {
    const value = open();
    return { value, connections: new Set([...connections].filter((connection) => connection.open)) };
  } finally {
    Database.prototype.pragma = pragma;
  }
}
