import { StringDecoder } from "node:string_decoder";

/** Cuts a text/event-stream (HTML Living Standard §9.2.6) into the data of its events. Chunks may end anywhere. */
export class EventStream {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #data: string[] = [];
  /** Characters of `#data`, with the ends of its lines. */
  #size = 0;

  /** Characters that are kept of an event which has not come whole. */
  get kept(): number {
    return this.#rest.length + this.#size;
  }

  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines) {
      if (line.startsWith("data:")) {
        const data = line.slice(line.startsWith("data: ") ? 6 : 5);
        this.#data.push(data);
        this.#size += data.length + 1;
      }
      if (line !== "" || this.#data.length === 0) continue;
      events.push(this.#data.join("\n"));
      this.#data = [];
      this.#size = 0;
    }
    return events;
  }
}
