import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

/**
 * Askers of the same name share one lookup. getaddrinfo(3) can hang for half a minute on a network that swallows
 * packets, and libuv gives two threads to it: with both taken, even a good network has to wait for the bad one.
 */
export class Lookups {
  readonly #lookup: LookupFunction;
  #waiting = new Map<string, Parameters<LookupFunction>[2][]>();

  constructor(lookup: LookupFunction = systemLookup) {
    this.#lookup = lookup;
  }

  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const waiting = this.#waiting;
    const key = JSON.stringify([hostname, options]);
    const joined = waiting.get(key);
    if (joined !== undefined) {
      joined.push(callback);
      return;
    }
    const callbacks = [callback];
    waiting.set(key, callbacks);
    this.#lookup(hostname, options, (...answer) => {
      waiting.delete(key);
      for (const each of callbacks) each(...answer);
    });
  };

  /** The network is another one: whoever asks from now on does not wait for an answer of the old one. */
  renew(): void {
    this.#waiting = new Map();
  }
}
