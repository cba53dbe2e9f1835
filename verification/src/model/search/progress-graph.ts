/** The graph of the moves, state by state. */
export interface ProgressGraph {
  /** The successors of the next state, in the order of the states' numbers. */
  add(successors: readonly number[]): void;
  /** A state on a circle, if there is a circle. */
  findCycle(): number | undefined;
}

const FIRST_CAPACITY = 1 << 16;

/** All successors in one typed array, state after state: eight bytes a state and four a move. */
export function createProgressGraph(): ProgressGraph {
  let targets = new Int32Array(FIRST_CAPACITY);
  let starts = new Int32Array(FIRST_CAPACITY);
  let states = 0;
  let moves = 0;

  return {
    add: (successors) => {
      if (states + 1 === starts.length) starts = grow(starts);
      while (moves + successors.length > targets.length) targets = grow(targets);
      targets.set(successors, moves);
      states += 1;
      moves += successors.length;
      starts[states] = moves;
    },
    findCycle: () => findCycle(targets, starts.subarray(0, states + 1)),
  };
}

function grow(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

const UNSEEN = 0;
const ON_PATH = 1;
const DONE = 2;

/** Depth first, without recursion: some paths are longer than the stack. */
function findCycle(targets: Int32Array, starts: Int32Array): number | undefined {
  const states = starts.length - 1;
  const status = new Uint8Array(states);
  /** For each state on the path, the move that comes next. */
  const next = starts.slice();
  for (let root = 0; root < states; root += 1) {
    const path = status[root] === UNSEEN ? [root] : [];
    status[root] ||= ON_PATH;
    for (let state = path.at(-1); state !== undefined; state = path.at(-1)) {
      const move = next[state] ?? 0;
      if (move === starts[state + 1]) {
        status[state] = DONE;
        path.pop();
        continue;
      }
      next[state] = move + 1;
      const successor = targets[move] ?? 0;
      if (status[successor] === ON_PATH) return successor;
      if (status[successor] === UNSEEN) {
        status[successor] = ON_PATH;
        path.push(successor);
      }
    }
  }
  return undefined;
}
