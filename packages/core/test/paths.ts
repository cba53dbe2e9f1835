// Access to the parts of a message by their paths, such as `tenders.0.amount`.

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The message with another value at a path, which need not exist. */
export function withValue(message: unknown, path: string, value: unknown): unknown {
  const [field = "", ...rest] = path.split(".");
  const before = isTree(message) ? message : {};
  const after = rest.length === 0 ? value : withValue(before[field], rest.join("."), value);
  return Array.isArray(message)
    ? message.map((each: unknown, index) => (String(index) === field ? after : each))
    : { ...before, [field]: after };
}

/** The message without the value at a path. */
export function withoutValue(message: unknown, path: string): unknown {
  const [field = "", ...rest] = path.split(".");
  if (!isTree(message)) return message;
  if (rest.length > 0) return withValue(message, field, withoutValue(message[field], rest.join(".")));
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== field));
}

/** The paths of all values that are neither objects nor lists. */
export const leavesOf = (message: unknown, path = ""): readonly string[] =>
  isTree(message)
    ? Object.entries(message).flatMap(([field, value]) => leavesOf(value, path === "" ? field : `${path}.${field}`))
    : [path];

/** The paths of all objects, including the message itself (the empty path), but not of lists. */
export const objectsOf = (message: unknown, path = ""): readonly string[] =>
  isTree(message)
    ? [
        ...(Array.isArray(message) ? [] : [path]),
        ...Object.entries(message).flatMap(([field, value]) =>
          objectsOf(value, path === "" ? field : `${path}.${field}`),
        ),
      ]
    : [];
