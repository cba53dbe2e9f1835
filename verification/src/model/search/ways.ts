/** Where moves lead, state by state. */
export interface Ways {
  /** The successors of the next state, in the order of the states' numbers. */
  add(successors: readonly number[]): void;
  /** A state that lies on a circle, if any does. */
  findCircle(): number | undefined;
}

const FIRST_CAPACITY = 1 << 16;

/** Successors in one typed array, one state's after the other's: eight bytes a state and four a move. */
export function createWays(): Ways {
  let targets = new Int32Array(FIRST_CAPACITY);
  let starts = new Int32Array(FIRST_CAPACITY);
  let states = 0;
  let moves = 0;

  return {
    add: (successors) => {
      if (states + 1 === starts.length) starts = grown(starts);
      while (moves + successors.length > targets.length) targets = grown(targets);
      targets.set(successors, moves);
      states += 1;
      moves += successors.length;
      starts[states] = moves;
    },
    findCircle: () => findCircle(targets, starts.subarray(0, states + 1)),
  };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

const UNSEEN = 0;
const ON_THE_WAY = 1;
const DONE = 2;

/** Depth first, without recursion: some ways are longer than the stack. */
function findCircle(targets: Int32Array, starts: Int32Array): number | undefined {
  const states = starts.length - 1;
  const marks = new Uint8Array(states);
  /** The move that each state on the way takes next. */
  const next = starts.slice();
  for (let root = 0; root < states; root += 1) {
    const way = marks[root] === UNSEEN ? [root] : [];
    marks[root] ||= ON_THE_WAY;
    for (let state = way.at(-1); state !== undefined; state = way.at(-1)) {
      const move = next[state] ?? 0;
      if (move === starts[state + 1]) {
        marks[state] = DONE;
        way.pop();
        continue;
      }
      next[state] = move + 1;
      const successor = targets[move] ?? 0;
      if (marks[successor] === ON_THE_WAY) return successor;
      if (marks[successor] === UNSEEN) {
        marks[successor] = ON_THE_WAY;
        way.push(successor);
      }
    }
  }
  return undefined;
}
