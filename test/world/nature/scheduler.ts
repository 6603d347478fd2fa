/** Time that passes only from one thing to the next. Nothing runs by itself, so the same things happen in the same order. */

interface Due {
  readonly at: number;
  /** Which was asked for first runs first. */
  readonly order: number;
  run: (() => void) | null;
}

export class Scheduler {
  #now = 0;
  #asked = 0;
  /** A binary heap, the next one first. */
  readonly #heap: Due[] = [];

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** Calls `run` when `ms` have passed; returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), order: this.#asked++, run };
    this.#push(due);
    return () => {
      due.run = null;
    };
  }

  /** Lets the next thing that falls due by `until` happen, with all that follows from it at once; false where none does. */
  async step(until: number): Promise<boolean> {
    while (this.#heap[0] !== undefined && this.#heap[0].at <= until) {
      const { at, run } = this.#pop();
      if (run === null) continue;
      this.#now = at;
      run();
      await settled();
      return true;
    }
    this.#now = Math.max(this.#now, until);
    return false;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent] as Due)) break;
      heap[at] = heap[parent] as Due;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): Due {
    const heap = this.#heap;
    const first = heap[0] as Due;
    const last = heap.pop() as Due;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child += 1;
      if (!isBefore(heap[child] as Due, last)) break;
      heap[at] = heap[child] as Due;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Resolves when no promise is left that could go on: the one thing of the real event loop in here. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
