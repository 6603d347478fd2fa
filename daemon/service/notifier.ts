import type { Clock } from "../core/clock.ts";
import { oneLine } from "../core/text.ts";
import { Turns } from "../core/turns.ts";

/**
 * What the daemon tells its service manager, in the words of sd_notify(3). Nothing here ever rejects: a device whose
 * manager can't be told still pairs. Messages reach the manager in the order of the calls.
 */
export interface Notifier {
  /** Start-up, or a reload, is complete. Resolves when the manager has taken note. */
  ready(): Promise<void>;
  /** The one line that `systemctl status` shows. Only the newest of several in quick succession is sent. */
  status(text: string): void;
  /** The daemon's loops make progress. */
  watchdog(): void;
  /** The configuration is being read again; `ready` follows. Resolves when the manager has taken note. */
  reloading(): Promise<void>;
  /** Shutting down. Resolves when the manager has taken note. */
  stopping(): Promise<void>;
  /** Programs started so far: each costs milliseconds on a desk, tenths of a second on the smallest boards. */
  readonly spawned: number;
}

export interface NotifierOptions {
  /** `process.env`: without NOTIFY_SOCKET nobody listens and nothing is sent. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "elapsed" | "after">;
  /** CLOCK_MONOTONIC in microseconds, the clock that RELOADING=1 must be stamped with. */
  readonly monotonicUsec: () => bigint;
  /** Told once, with one sentence, if the manager can't be reached. */
  readonly warn: (message: string) => void;
}

/** Least milliseconds from one STATUS= to the next. */
export const STATUS_INTERVAL_MS = 2000;

export function createNotifier(options: NotifierOptions): Notifier {
  const socket = options.environment.NOTIFY_SOCKET;
  return socket === undefined || socket === "" ? new SilentNotifier() : new SystemdNotifier(options);
}

class SilentNotifier implements Notifier {
  readonly spawned = 0;
  async ready(): Promise<void> {}
  status(): void {}
  watchdog(): void {}
  async reloading(): Promise<void> {}
  async stopping(): Promise<void> {}
}

/**
 * Node has no AF_UNIX datagrams, so each message is a run of systemd-notify(1): through the package for READY and
 * STATUS, directly for what the package does not know; of Perl where there is no such program.
 */
class SystemdNotifier implements Notifier {
  readonly #options: NotifierOptions;
  readonly #turns = new Turns();
  #spawned = 0;
  #warned = false;
  #status: string | null = null;
  #statusSentAt = Number.NEGATIVE_INFINITY;
  /** Not null while `#status` waits to be sent. */
  #cancelStatus: (() => void) | null = null;
  #pingQueued = false;
  #stopping = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  get spawned(): number {
    return this.#spawned;
  }

  ready(): Promise<void> {
    return this.#enqueue(() => this.#known({ ready: true, ...this.#takeStatus() }));
  }

  status(text: string): void {
    // A line break would begin another assignment of the datagram.
    const line = oneLine(text);
    if (line === this.#status || this.#stopping) return;
    this.#status = line;
    if (this.#cancelStatus !== null) return;
    const { clock } = this.#options;
    const wait = Math.max(0, this.#statusSentAt + STATUS_INTERVAL_MS - clock.elapsed());
    this.#cancelStatus = clock.after(wait, () => {
      void this.#enqueue(async () => {
        if (this.#cancelStatus !== null) await this.#known(this.#takeStatus());
      });
    });
  }

  watchdog(): void {
    if (this.#pingQueued) return;
    this.#pingQueued = true;
    void this.#enqueue(() => {
      this.#pingQueued = false;
      return this.#other("WATCHDOG=1");
    });
  }

  reloading(): Promise<void> {
    const stamp = this.#options.monotonicUsec();
    return this.#enqueue(() => this.#other("RELOADING=1", `MONOTONIC_USEC=${stamp}`));
  }

  stopping(): Promise<void> {
    this.#stopping = true;
    this.#cancelStatus?.();
    // systemd goes on to show the last line that it was told, which may name a code.
    return this.#enqueue(() => this.#other("STOPPING=1", "STATUS=Stopped"));
  }

  /** The status that waits to be sent, if one does; from here on it counts as sent. */
  #takeStatus(): { status?: string } {
    if (this.#status === null || this.#cancelStatus === null) return {};
    this.#cancelStatus();
    this.#cancelStatus = null;
    this.#statusSentAt = this.#options.clock.elapsed();
    return { status: this.#status };
  }

  #known({ ready, status }: { ready?: boolean; status?: string }): Promise<unknown> {
    const assignments = [ready && "READY=1", status !== undefined && `STATUS=${status}`];
    const known = { ...(ready && { ready }), ...(status !== undefined && { status }) };
    return this.#told(
      ({ byPackage }) => byPackage(known),
      assignments.filter((assignment) => typeof assignment === "string"),
    );
  }

  #other(...assignments: string[]): Promise<unknown> {
    return this.#told(({ byProgram }) => byProgram(assignments), assignments);
  }

  /** @param tell by systemd-notify(1) */
  async #told(
    tell: (ways: typeof import("./tell.ts")) => Promise<unknown>,
    assignments: readonly string[],
  ): Promise<void> {
    // The first picture does not wait for what starts programs.
    const ways = await import("./tell.ts");
    this.#spawned += 1;
    try {
      await tell(ways);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      this.#spawned += 1;
      await ways.byPerl(assignments);
    }
  }

  #enqueue(send: () => Promise<unknown>): Promise<void> {
    return this.#turns.take(send).then(
      () => {},
      (error: unknown) => this.#complain(error),
    );
  }

  #complain(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const { stderr = "", message = String(error) } = error as { stderr?: string; message?: string };
    const reason = stderr === "" ? message : stderr;
    this.#options.warn(`systemd can't be told about this service: ${oneLine(reason)}`);
  }
}
