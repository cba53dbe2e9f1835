// A message as a tree, and its places by their paths, such as `tenders.0.amount`.

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The message with another value at one place; the place need not have been there. */
export function withValue(message: unknown, path: string, value: unknown): unknown {
  const [field = "", ...rest] = path.split(".");
  const before = isTree(message) ? message : {};
  const after = rest.length === 0 ? value : withValue(before[field], rest.join("."), value);
  return Array.isArray(message)
    ? message.map((each: unknown, index) => (String(index) === field ? after : each))
    : { ...before, [field]: after };
}

/** The message without what stands at one place. */
export function without(message: unknown, path: string): unknown {
  const [field = "", ...rest] = path.split(".");
  if (!isTree(message)) return message;
  if (rest.length > 0) return withValue(message, field, without(message[field], rest.join(".")));
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== field));
}

/** The paths of all that is neither object nor list. */
export const leavesOf = (message: unknown, path = ""): readonly string[] =>
  isTree(message)
    ? Object.entries(message).flatMap(([field, value]) => leavesOf(value, path === "" ? field : `${path}.${field}`))
    : [path];

/** The paths of all objects, the message itself (as the empty path) among them; lists are none. */
export const objectsOf = (message: unknown, path = ""): readonly string[] =>
  isTree(message)
    ? [
        ...(Array.isArray(message) ? [] : [path]),
        ...Object.entries(message).flatMap(([field, value]) =>
          objectsOf(value, path === "" ? field : `${path}.${field}`),
        ),
      ]
    : [];
