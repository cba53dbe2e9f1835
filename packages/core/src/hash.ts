/**
 * FNV-1a over the UTF-16 units of `text` from `start` to before `end`: 32 bits. Any change of a single character changes it for
 * certain, others all but for certain. For finding damage and for spreading load; not against an adversary.
 */
export function hash32(text: string, start: number = 0, end: number = text.length): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Murmur3's last step: each bit comes to depend on all the others, so that texts which differ only in their end lie far apart. */
export function avalanche32(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
