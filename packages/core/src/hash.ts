/**
 * FNV-1a, 32 bits, over the UTF-16 units of `text` from `start` up to, but not including, `end`. A change of one character always
 * changes the hash; other changes almost always do. It detects damage and spreads load. It does not stop an adversary.
 */
export function hash32(text: string, start: number = 0, end: number = text.length): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Murmur3's last step: each bit comes to depend on all the others. Hashes of texts that differ only at their end lie far apart. */
export function avalanche32(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
