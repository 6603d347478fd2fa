/** The way from a device to Frame.io, laid with network namespaces: a cable, a router, a name server that can lie. */
import { execFileSync, spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

export const HOST = "api.c2cd.example";

/** RFC 1035 §4.1.1, §3.2.2, RFC 3596 §2.1 */
const SERVFAIL = 2;
const TYPE = { A: 1, AAAA: 28 } as const;

/** What the name server says of every name: addresses, nothing at all, or that it can't tell. */
export type Names = { readonly [T in keyof typeof TYPE]?: string } | "silence" | "failure";

function ip(...given: string[]): void {
  execFileSync("ip", given, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Whether this machine lets us lay roads. */
export function canLay(): boolean {
  const name = `c2cd-try-${process.pid}`;
  if (process.getuid?.() !== 0 || spawnSync("ip", ["netns", "add", name]).status !== 0) return false;
  ip("netns", "delete", name);
  return true;
}

export class Road {
  /** Runs a program on the device. */
  readonly wrapper: readonly string[];
  /** Where the internet begins; `elsewhere` is another host there. */
  readonly server: string;
  readonly elsewhere: string;
  readonly server6: string;
  /** Of the device, while it is plugged in as `plug` does it. */
  readonly device: string;
  names: Names = {};
  readonly #family: 4 | 6;
  readonly #net: string;
  readonly #net6: string;
  readonly #device: string;
  readonly #router: string;
  readonly #links: {
    readonly out: string;
    readonly outer: string;
    readonly inner: string;
    readonly cable: string;
  };
  readonly #nameServers: Socket[] = [];

  /**
   * @param number of the road, from 0
   * @param family of the name server's address
   */
  constructor(number: number, family: 4 | 6) {
    this.#family = family;
    const id = `${process.pid % 100_000}-${number}`;
    this.#net = `10.${200 + (process.pid % 50)}.${number}`;
    this.#net6 = `fd00:c2cd:${(process.pid % 60_000).toString(16)}:${number}`;
    [this.#device, this.#router] = [`c2cd-d${id}`, `c2cd-r${id}`];
    this.#links = { out: `o${id}`, outer: `p${id}`, inner: `q${id}`, cable: `c${id}` };
    this.wrapper = ["ip", "netns", "exec", this.#device];
    [this.server, this.elsewhere] = [`${this.#net}.1`, `${this.#net}.2`];
    this.device = `${this.#net}.10`;
    this.server6 = `${this.#net6}:1::1`;
  }

  async lay(): Promise<void> {
    const { out, outer, inner, cable } = this.#links;
    for (const space of [this.#device, this.#router]) {
      ip("netns", "add", space);
      ip("-n", space, "link", "set", "lo", "up");
    }
    ip("link", "add", out, "type", "veth", "peer", "name", outer, "netns", this.#router);
    ip(
      "-n",
      this.#router,
      "link",
      "add",
      inner,
      "type",
      "veth",
      "peer",
      "name",
      cable,
      "netns",
      this.#device,
    );
    for (const address of [this.server, this.elsewhere]) ip("address", "add", `${address}/29`, "dev", out);
    ip("address", "add", `${this.server6}/96`, "dev", out, "nodad");
    ip("link", "set", out, "up");
    const router = ["-n", this.#router];
    ip(...router, "address", "add", `${this.#net}.3/29`, "dev", outer);
    ip(...router, "address", "add", `${this.#net6}:1::3/96`, "dev", outer, "nodad");
    ip(...router, "link", "set", outer, "up");
    ip(...router, "address", "add", `${this.#net}.9/29`, "dev", inner);
    ip(...router, "address", "add", `${this.#net6}:2::9/96`, "dev", inner, "nodad");
    ip(...router, "link", "set", inner, "up");
    for (const way of ["ipv4/ip_forward", "ipv6/conf/all/forwarding"])
      execFileSync("ip", ["netns", "exec", this.#router, "sh", "-c", `echo 1 >/proc/sys/net/${way}`]);
    ip("route", "add", `${this.#net}.8/29`, "via", `${this.#net}.3`);
    ip("-6", "route", "add", `${this.#net6}:2::/96`, "via", `${this.#net6}:1::3`);
    // ip-netns(8) puts it in the place of /etc/resolv.conf.
    mkdirSync(`/etc/netns/${this.#device}`, { recursive: true });
    writeFileSync(
      `/etc/netns/${this.#device}/resolv.conf`,
      `nameserver ${this.#family === 4 ? this.elsewhere : this.server6}\noptions timeout:5 attempts:1\n`,
    );
    await (this.#family === 4
      ? this.#answerNames("udp4", this.elsewhere)
      : this.#answerNames("udp6", this.server6));
  }

  async #answerNames(type: "udp4" | "udp6", address: string): Promise<void> {
    const socket = createSocket(type, (question, from) => {
      const answer = reply(question, this.names);
      if (answer !== null) socket.send(answer, from.port, from.address);
    });
    this.#nameServers.push(socket);
    socket.bind(53, address);
    await once(socket, "listening");
  }

  /**
   * @param host the last byte of the device's address, from 10 to 14
   * @returns that address
   */
  plug(host = 10): string {
    const address = this.plugIn(host);
    this.lead();
    return address;
  }

  /** As DHCP brings it: the address first, */
  plugIn(host = 10): string {
    const address = `${this.#net}.${host}`;
    ip("-n", this.#device, "address", "add", `${address}/29`, "dev", this.#links.cable);
    ip("-n", this.#device, "link", "set", this.#links.cable, "up");
    return address;
  }

  /** then the gateway. */
  lead(): void {
    ip("-n", this.#device, "route", "add", "default", "via", `${this.#net}.9`);
  }

  plug6(): void {
    const device = ["-n", this.#device];
    ip(...device, "address", "add", `${this.#net6}:2::10/96`, "dev", this.#links.cable, "nodad");
    ip(...device, "link", "set", this.#links.cable, "up");
    ip(...device, "route", "add", "default", "via", `${this.#net6}:2::9`, "dev", this.#links.cable);
  }

  unplug(): void {
    ip("-n", this.#device, "address", "flush", "dev", this.#links.cable);
    ip("-n", this.#device, "link", "set", this.#links.cable, "down");
  }

  /** The router takes every packet to that address, and says nothing. The name server is on another host. */
  swallow(address = this.server): void {
    ip("-n", this.#router, "route", "add", "blackhole", `${address}/32`);
  }

  passOn(address = this.server): void {
    ip("-n", this.#router, "route", "delete", "blackhole", `${address}/32`);
  }

  /** Bits a second, either way. */
  slow(rate: number): void {
    for (const link of [this.#links.inner, this.#links.outer])
      execFileSync("tc", [
        ...["-n", this.#router, "qdisc", "add", "dev", link, "root"],
        ...["tbf", "rate", `${rate}bit`, "burst", "1600", "latency", "8s"],
      ]);
  }

  remove(): void {
    for (const socket of this.#nameServers) socket.close();
    rmSync(`/etc/netns/${this.#device}`, { recursive: true, force: true });
    spawnSync("ip", ["link", "delete", this.#links.out]);
    for (const space of [this.#device, this.#router]) spawnSync("ip", ["netns", "delete", space]);
  }
}

/** The answer to a question with one name in it, or null. */
function reply(question: Buffer, names: Names): Buffer | null {
  if (names === "silence") return null;
  let end = 12;
  while ((question[end] ?? 0) !== 0) end += (question[end] ?? 0) + 1;
  const type = question.readUInt16BE(end + 1);
  const wanted = (Object.keys(TYPE) as (keyof typeof TYPE)[]).find((name) => TYPE[name] === type);
  const address = names === "failure" || wanted === undefined ? undefined : names[wanted];
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (names === "failure" ? SERVFAIL : 0), 2);
  header.writeUInt16BE(address === undefined ? 0 : 1, 6);
  header.fill(0, 8);
  const parts = [header, question.subarray(12, end + 5)];
  if (address !== undefined) {
    const data = type === TYPE.A ? Buffer.from(address.split(".").map(Number)) : bytes6(address);
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
    parts.push(record, data);
  }
  return Buffer.concat(parts);
}

/** RFC 4291 §2.2 */
function bytes6(address: string): Buffer {
  const [before = "", after = ""] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [first, last] = [groups(before), groups(after)];
  const all = [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
