import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, detailed, html, json, redirect } from "./answers.ts";
import type { Fault } from "./faults.ts";
import { notAuthorized } from "./refusals.ts";
import type { Wires } from "./wires.ts";

/** What reaches the device in the end. */
export type Delivery =
  | { readonly type: "answer"; readonly answer: Answer; readonly msPerByte?: number }
  /** Half of the answer under the headers of the whole. */
  | { readonly type: "cut"; readonly answer: Answer }
  | { readonly type: "nothing" }
  | { readonly type: "close" }
  | { readonly type: "reset" };

const MEBIBYTE = 1024 * 1024;

/** Lets a fault befall a call; `handle` performs it and may be called once at most. */
export async function befall(fault: Fault | null, handle: () => Answer): Promise<Delivery> {
  if (fault === null) return whole(handle());
  switch (fault.type) {
    case "latency": {
      if (!fault.commit) await sleep(fault.ms, undefined, { ref: false });
      const answer = handle();
      if (fault.commit) await sleep(fault.ms, undefined, { ref: false });
      return whole(answer);
    }
    case "trickle":
      return { type: "answer", answer: handle(), msPerByte: fault.msPerByte };
    case "truncated":
      return { type: "cut", answer: handle() };
    case "malformed": {
      const answer = handle();
      return whole({ ...answer, body: answer.body.slice(0, answer.body.length / 2) });
    }
    case "oversized": {
      const answer = handle();
      const bytes = fault.bytes ?? MEBIBYTE;
      return whole(changed(answer, (members) => ({ ...members, padding: "x".repeat(bytes) })));
    }
    case "wrong-types":
      return whole(
        changed(handle(), (members) =>
          Object.fromEntries(Object.entries(members).map(([name, value]) => [name, otherType(value)])),
        ),
      );
    case "content":
      return whole(changed(handle(), (members) => ({ ...members, ...fault.members })));
    case "without":
      return whole(
        changed(handle(), (members) =>
          Object.fromEntries(Object.entries(members).filter(([name]) => !fault.members.includes(name))),
        ),
      );
    default:
      if ("commit" in fault && fault.commit) handle();
      return replaced(fault);
  }
}

/** Faults that put something else in the answer's place. */
type Replacing = Extract<
  Fault,
  {
    type:
      | "hang"
      | "drop"
      | "reset"
      | "status"
      | "rate-limited"
      | "captive-portal"
      | "redirect"
      | "refusal"
      | "not-authorized";
  }
>;

function replaced(fault: Replacing): Delivery {
  switch (fault.type) {
    case "hang":
      return { type: "nothing" };
    case "drop":
      return { type: "close" };
    case "reset":
      return { type: "reset" };
    case "status": {
      const usual = detailed(fault.status, "Simulated Fault", "The simulator was told to answer this");
      return whole({
        status: fault.status,
        headers: { ...(fault.body === undefined ? usual.headers : {}), ...fault.headers },
        body: fault.body ?? usual.body,
      });
    }
    case "rate-limited": {
      const usual = detailed(429, "Too Many Requests", "The rate limit has been reached");
      const headers: Record<string, string> = { ...usual.headers, "x-ratelimit-remaining": "0" };
      if (fault.retryAfter !== undefined) headers["retry-after"] = String(fault.retryAfter);
      if (fault.window !== undefined) headers["x-ratelimit-window"] = String(fault.window);
      return whole({ ...usual, headers });
    }
    case "captive-portal":
      return whole(html(200, "<!doctype html><title>Hotel Wi-Fi</title><h1>Please sign in</h1>"));
    case "redirect":
      return whole(redirect(302, fault.location ?? "http://captive.example/login"));
    case "refusal":
      return whole(json(400, { error: fault.error, ...fault.members }));
    case "not-authorized": {
      const { status, title, detail } = notAuthorized();
      return whole(detailed(status, title, detail));
    }
  }
}

/** An answer that reaches the device as it is. */
export function whole(answer: Answer): Delivery {
  return { type: "answer", answer };
}

function changed(answer: Answer, change: (members: object) => object): Answer {
  if (answer.body === "") return answer;
  const members: unknown = JSON.parse(answer.body);
  if (typeof members !== "object" || members === null) return answer;
  return { ...answer, body: JSON.stringify(change(members)) };
}

function otherType(value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return { text: value };
    case "number":
      return `${value} or so`;
    case "boolean":
      return "maybe";
    default:
      return 7;
  }
}

/** Puts a delivery on the wire; resolves when that is over, or when there is nothing more to do. */
export async function deliver(delivery: Delivery, response: ServerResponse, wires: Wires): Promise<void> {
  const { socket } = response;
  // The device has gone already.
  if (socket === null) return;
  switch (delivery.type) {
    case "nothing":
      return;
    case "close":
      socket.destroy();
      return;
    case "reset":
      wires.reset(socket);
      return;
    case "cut": {
      const body = Buffer.from(delivery.answer.body);
      response.writeHead(delivery.answer.status, {
        ...delivery.answer.headers,
        "content-length": body.length,
      });
      await new Promise((done) => response.write(body.subarray(0, Math.ceil(body.length / 2)), done));
      socket.destroySoon();
      return;
    }
    case "answer": {
      const { answer, msPerByte } = delivery;
      const body = Buffer.from(answer.body);
      // RFC 9110 §8.6: no Content-Length with 204.
      const length = answer.status === 204 ? {} : { "content-length": body.length };
      response.writeHead(answer.status, { ...answer.headers, ...length });
      if (msPerByte !== undefined) await trickle(body, msPerByte, response);
      else response.end(body);
    }
  }
}

async function trickle(body: Buffer, msPerByte: number, response: ServerResponse): Promise<void> {
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await sleep(msPerByte, undefined, { ref: false });
  }
  response.end();
}

/** The same for a socket that was to become a websocket. */
export function deliverRaw(delivery: Delivery, socket: Socket, wires: Wires): void {
  switch (delivery.type) {
    case "nothing":
      return;
    case "reset":
      wires.reset(socket);
      return;
    case "close":
    case "cut":
      socket.destroy();
      return;
    case "answer": {
      const { status, headers, body } = delivery.answer;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(
        `HTTP/1.1 ${status} Refused\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    }
  }
}
