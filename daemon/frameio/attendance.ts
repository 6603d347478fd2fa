import type { IncomingMessage } from "node:http";
import type { createConnection } from "node:net";
import { WebSocket } from "ws";
import type { Outcome } from "../contract/verdicts.ts";
import type { Clock } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";
import { fault, readAnswer, verdict } from "./answer.ts";
import { headersOf } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { heartbeatMessage, joinMessage, judgeFrame, type Message, statusSocketUrl } from "./status-socket.ts";
import type { Transport } from "./transport.ts";

export interface AttendanceOptions {
  readonly baseUrl: URL;
  readonly clientVersion: string;
  readonly clock: Clock;
  /** For this one socket alone: it is closed with it. */
  readonly transport: Transport;
  /** Milliseconds until the channel must be joined. */
  readonly joinTimeout: number;
}

/** What a device hears while it is on the status socket. */
export interface AttendanceListener {
  /** The channel is joined: Frame.io shows the device online. */
  onJoined(): void;
  /** Paused, or not any more; null for a change that has to be looked up. */
  onStatus(paused: boolean | null): void;
}

/** Cameras are seen to send one every 15 s; the server gives up after 60 s (API facts §3.6). */
const HEARTBEAT_MS = 15_000;

/** Heartbeats in a row after which nothing at all was heard: the connection is dead. */
const SILENT_LIMIT = 2;

/** Bytes of a message; a push has some hundred. */
const MESSAGE_LIMIT = 64 * 1024;

/** How long a server may take to answer our goodbye. */
const GOODBYE_MS = 1000;

/**
 * Joins the device's channel on the status socket and stays there until the socket is lost or `signal` gives it up.
 * Never rejects.
 *
 * @param deviceIds tried in turn until the server lets one join
 * @returns `lost` where the channel had been joined, else the fault that kept it from that
 */
export function attend(
  accessToken: Secret,
  deviceIds: readonly string[],
  listener: AttendanceListener,
  { baseUrl, clientVersion, clock, transport, joinTimeout }: AttendanceOptions,
  signal: AbortSignal,
): Promise<Outcome<{ readonly type: "lost" }>> {
  return new Promise((resolve) => {
    const untried = [...deviceIds];
    let joined = false;
    let sent = 0;
    let silent = 0;
    let ended = false;
    let cancel = clock.after(joinTimeout, () =>
      end(fault("timeout", `status socket not joined within ${joinTimeout / 1000} s`)),
    );

    const socket = new WebSocket(statusSocketUrl(baseUrl, accessToken), {
      // Typed as net.createConnection, and called as node:http calls it.
      createConnection: transport.connect as unknown as typeof createConnection,
      headers: { "user-agent": "c2cd", "x-client-version": clientVersion },
      maxPayload: MESSAGE_LIMIT,
      perMessageDeflate: false,
    });
    socket.on("error", (error) => end({ kind: "fault", fault: faultOf(error, clock.wallTrusted()) }));
    socket.on("unexpected-response", (_, response) => end(judgeRefusal(response)));
    socket.on("close", () => end(fault("connect", "status socket lost")));
    socket.on("open", join);
    socket.on("message", (data, isBinary) => hear(isBinary ? null : data.toString()));
    const giveUp = () => end(fault("connect", "given up by the daemon itself"));
    const cancels = [signal, transport.closed];
    for (const cancel of cancels) cancel.addEventListener("abort", giveUp);
    if (cancels.some((cancel) => cancel.aborted)) giveUp();

    function send(message: (ref: string) => Message): void {
      sent += 1;
      socket.send(JSON.stringify(message(String(sent))));
    }

    function join(): void {
      const id = untried.shift();
      if (id === undefined) end(fault("status", "status socket lets this device join no channel"));
      else send((ref) => joinMessage(id, ref));
    }

    function hear(data: unknown): void {
      silent = 0;
      const frame = judgeFrame(data);
      if (frame.type === "status") listener.onStatus(frame.paused);
      else if (frame.type === "left") end(fault("connect", "status channel closed by the server"));
      else if (frame.type === "reply" && !joined && frame.ref === String(sent)) {
        if (frame.ok) stay();
        else join();
      }
    }

    function stay(): void {
      joined = true;
      cancel();
      cancel = clock.after(HEARTBEAT_MS, beat);
      listener.onJoined();
    }

    function beat(): void {
      if (silent < SILENT_LIMIT) {
        silent += 1;
        send(heartbeatMessage);
        cancel = clock.after(HEARTBEAT_MS, beat);
      } else end(fault("timeout", "status socket silent"));
    }

    function end(outcome: Outcome<never>): void {
      if (ended) return;
      ended = true;
      cancel();
      for (const cancel of cancels) cancel.removeEventListener("abort", giveUp);
      const stopWaiting = clock.after(GOODBYE_MS, () => transport.close());
      const leave = () => {
        stopWaiting();
        transport.close();
      };
      socket.removeAllListeners();
      // An attempt that is given up tells so by an error, too.
      socket.on("error", () => {});
      socket.on("close", leave);
      if (socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.CLOSED) leave();
      else socket.close();
      resolve(joined ? verdict({ type: "lost" }) : outcome);
    }
  });
}

/** What a server means that does not take the socket. */
function judgeRefusal(response: IncomingMessage): Outcome<never> {
  const { statusCode: status = 0 } = response;
  const reading = readAnswer({ status, headers: headersOf(response), body: new Uint8Array() });
  return reading.kind === "fault"
    ? reading
    : fault("status", `status socket not opened, but answered with HTTP ${status}`);
}
