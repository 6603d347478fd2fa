/** Counts the calls of a port's methods that have begun and not ended, so that a test knows when nothing is under way. */
export class Pending {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** The same port, its calls counted. */
  watch<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...given: unknown[]) => this.#follow(Reflect.apply(member, target, given));
      },
    });
  }

  #follow(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    this.#count += 1;
    return result.finally(() => {
      this.#count -= 1;
      if (this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Resolves when no call is under way, and what follows from the last one has begun. */
  async quiet(): Promise<void> {
    do {
      if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#count > 0);
  }
}
