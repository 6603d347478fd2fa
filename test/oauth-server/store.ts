import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Adapter, AdapterPayload } from "oidc-provider";

/** The memory of an authorization server in a file, so that what it has decided outlives a killed process. */
export class Store {
  readonly #path: string;
  readonly #records: Map<string, AdapterPayload>;

  constructor(path: string) {
    this.#path = path;
    this.#records = new Map(existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []);
  }

  /** Nothing is dropped because it is old: oidc-provider judges that, and has a word for it only while it is there. */
  adapter(model: string): Adapter {
    const records = this.#records;
    const key = (id: string) => `${model} ${id}`;
    const first = (wanted: (payload: AdapterPayload) => boolean) =>
      [...records].find(([name, payload]) => name.startsWith(key("")) && wanted(payload))?.[1];
    return {
      upsert: async (id, payload) => this.#set(key(id), payload),
      find: async (id) => records.get(key(id)),
      findByUserCode: async (userCode) => first((payload) => payload.userCode === userCode),
      findByUid: async (uid) => first((payload) => payload.uid === uid),
      consume: async (id) =>
        this.#set(key(id), { ...records.get(key(id)), consumed: Math.floor(Date.now() / 1000) }),
      destroy: async (id) => this.#delete([key(id)]),
      revokeByGrantId: async (grantId) =>
        this.#delete(
          [...records.keys()].filter(
            (name) => name.startsWith(key("")) && records.get(name)?.grantId === grantId,
          ),
        ),
    };
  }

  #set(key: string, payload: AdapterPayload): void {
    this.#records.set(key, payload);
    this.#save();
  }

  #delete(keys: readonly string[]): void {
    for (const key of keys) this.#records.delete(key);
    this.#save();
  }

  #save(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify([...this.#records]));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
