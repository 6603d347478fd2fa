/** One after the other: whatever is asked for begins when everything asked for before has ended, well or badly. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what `work` comes to; that it failed keeps nobody after it from having their turn */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when nothing is left that was asked for until now. */
  async done(): Promise<void> {
    await this.#last;
  }
}
