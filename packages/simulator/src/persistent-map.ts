/**
 * An immutable map (a hash array mapped trie): `set` and `remove` return a new map, which shares all but a few small nodes with
 * the old one. It is plain data, and cheap both for a few entries and for a hundred thousand.
 */
export interface PersistentMap<Value> {
  readonly size: number;
  readonly root: Node<Value>;
}

type Node<Value> = Leaf<Value> | Branch<Value>;

interface Leaf<Value> {
  readonly entries: readonly Entry<Value>[];
}

interface Branch<Value> {
  readonly children: readonly Node<Value>[];
}

type Entry<Value> = readonly [key: string, value: Value];

/** A leaf with more entries becomes a branch. Below that, a linear search is fast enough. */
const MAX_LEAF_ENTRIES = 8;

/** Each level of branches uses four bits of the key's hash. */
const BITS_PER_LEVEL = 4;
const CHILDREN = 2 ** BITS_PER_LEVEL;

/** After this many levels the hash's 32 bits are used up, so the leaves there are not bounded. */
const MAX_LEVELS = 32 / BITS_PER_LEVEL;

const emptyLeaf: Leaf<never> = { entries: [] };

export const emptyMap: PersistentMap<never> = { size: 0, root: emptyLeaf };

export function get<Value>(map: PersistentMap<Value>, key: string): Value | undefined {
  const hash = hashOf(key);
  let node = map.root;
  for (let level = 0; "children" in node; level += 1) {
    const child = node.children[slotAt(hash, level)];
    if (child === undefined) return undefined;
    node = child;
  }
  return node.entries.find(([each]) => each === key)?.[1];
}

export function set<Value>(map: PersistentMap<Value>, key: string, value: Value): PersistentMap<Value> {
  const isNew = get(map, key) === undefined;
  return { size: map.size + (isNew ? 1 : 0), root: withEntry(map.root, hashOf(key), 0, [key, value]) };
}

export function remove<Value>(map: PersistentMap<Value>, key: string): PersistentMap<Value> {
  if (get(map, key) === undefined) return map;
  return { size: map.size - 1, root: withoutKey(map.root, hashOf(key), 0, key) };
}

/** Every value, in no particular order. */
export function* values<Value>(map: PersistentMap<Value>): Generator<Value, void, undefined> {
  const nodes: Node<Value>[] = [map.root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if ("children" in node) nodes.push(...node.children);
    else for (const [, value] of node.entries) yield value;
  }
}

function withEntry<Value>(node: Node<Value>, hash: number, level: number, entry: Entry<Value>): Node<Value> {
  if ("children" in node) {
    return replaceChild(node, slotAt(hash, level), (child) => withEntry(child, hash, level + 1, entry));
  }
  const others = node.entries.filter(([key]) => key !== entry[0]);
  const entries = [...others, entry];
  return entries.length <= MAX_LEAF_ENTRIES || level === MAX_LEVELS ? { entries } : split(entries, level);
}

function withoutKey<Value>(node: Node<Value>, hash: number, level: number, key: string): Node<Value> {
  if (!("children" in node)) return { entries: node.entries.filter(([each]) => each !== key) };
  const shrunk = replaceChild(node, slotAt(hash, level), (child) => withoutKey(child, hash, level + 1, key));
  const isEmpty = shrunk.children.every((child) => "entries" in child && child.entries.length === 0);
  return isEmpty ? emptyLeaf : shrunk;
}

const replaceChild = <Value>(
  branch: Branch<Value>,
  slot: number,
  change: (child: Node<Value>) => Node<Value>,
): Branch<Value> => ({ children: branch.children.with(slot, change(branch.children[slot] ?? emptyLeaf)) });

const split = <Value>(entries: readonly Entry<Value>[], level: number): Node<Value> => {
  const empty: Branch<Value> = { children: Array.from({ length: CHILDREN }, () => emptyLeaf) };
  return entries.reduce<Node<Value>>((node, entry) => withEntry(node, hashOf(entry[0]), level, entry), empty);
};

const slotAt = (hash: number, level: number): number => (hash >>> (level * BITS_PER_LEVEL)) % CHILDREN;

/** FNV-1a, 32 bits. It spreads keys; it does not stop an adversary. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
