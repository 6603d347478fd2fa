import type {
  Capabilities,
  CellDisplay,
  Display,
  LightDisplay,
  PixelDisplay,
} from "../../hw/displays/contract/display.ts";
import { DisplayChanged } from "../../hw/linux/errors.ts";
import type { Picture } from "../../hw/picture/picture.ts";
import type { DemoOutcome } from "../contract/demo.ts";
import { PROBLEM_ROWS, type ProblemCode } from "../contract/problems.ts";
import type { DisplayView, Snapshot } from "../contract/snapshot.ts";
import { STATE_ROWS } from "../contract/states.ts";
import { backOff } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { QrFit } from "../qr/qr.ts";
import type { Language } from "../texts/languages.ts";
import { loadTexts } from "../texts/screen/load.ts";
import type { Texts } from "../texts/screen/texts.ts";
import { type Fonts, loadFonts } from "../type/fonts.ts";
import { NameShaper } from "../type/shaping/names.ts";
import { paintCells } from "./cells.ts";
import { drawable } from "./layout.ts";
import { createPainter } from "./paint.ts";
import { type Screen, screenOf } from "./screen.ts";

export interface PresenterOptions {
  readonly language: Language;
  /** Seconds that the paired screen stays before the display is given back; 0 keeps it. */
  readonly pairedFor: number;
  readonly clock: Clock;
  /** Whether the status page can take a new code, and what it asks others for; null where it asks nobody. */
  readonly page: { readonly acts: boolean; readonly pin: string | null };
  /** Prefix of the system paths, where installed fonts are looked for. */
  readonly root: string;
  /** Opens the configured display. @throws {DisplayError} where there is none now; it is asked again later */
  open(): Promise<Display>;
  readonly source: {
    snapshot(): Snapshot;
    /** Calls `listener` after every change; returns what ends it. */
    subscribe(listener: () => void): () => void;
  };
  /** While something is under way that a picture must not keep waiting, the end of that; else null. */
  urgent(): Promise<void> | null;
  /** Something that `lit`, `view`, `missing`, `qrTooSmall` or `undrawable` tells has changed. */
  changed(): void;
  /** The display was lost or could not be opened, in one plain sentence. */
  lost(message: string): void;
}

/** What is now on the display, as far as it can be told. */
interface Put {
  readonly qr: QrFit | null;
  /** The project's name, where no font can draw it. */
  readonly undrawable: string | null;
}

/** What it takes to say something in the display's language. */
interface Speech {
  readonly texts: Texts;
  readonly fonts: Fonts;
}

/** Milliseconds between two pictures of a running countdown. */
const FAST_TICK_MS = 1000;
const SLOW_TICK_MS = 5000;
/** A state that passes sooner than this needs no picture; with a near server, a start is over by then. */
const PASSING_MS = 250;
/** A problem that comes and goes, as on a bad network, does not take the display each time. */
const OLD_NEWS_MS = 600_000;
/** How long a lost display is left alone. */
const RETRY = { first: 1000, most: 30_000 };

/** Milliseconds that a screen shown on request stays. */
const DEMO_MS = 10_000;

const NO_DISPLAY: Capabilities = { driver: "none", device: null, name: "none", surface: "nothing" };

/**
 * Keeps the display in step with the daemon's state: draws on every change and while a countdown runs, gives the
 * display back some time after pairing, opens it again when it was lost. One picture at a time; what changes meanwhile
 * is in the next.
 */
export class Presenter {
  readonly #options: PresenterOptions;
  readonly #paint = createPainter();
  readonly #names: NameShaper;
  #display: Display | null = null;
  #speech: Speech | null = null;
  #missing: string | null = null;
  /** The display that was there last: where nothing has taken its place, it is missed. */
  #last: string | null = null;
  #picture: Picture | null = null;
  #qr: { readonly wanted: boolean; readonly fit: QrFit | null } = { wanted: false, fit: null };
  #undrawable: string | null = null;
  #dark = false;
  /** Whether nothing was drawn on the display yet. */
  #blank = true;
  /** Since when the device has been in states that pass by themselves. */
  #passingSince: number | null = null;
  #stale = false;
  #reopen = false;
  #retrying = false;
  #heldBack = false;
  #started = false;
  #closed = false;
  #work: Promise<void> | null = null;
  /** Losses in a row. */
  #losses = 0;
  #cancelTick = () => {};
  #cancelRetry = () => {};
  #unsubscribe = () => {};
  /** What is shown on request, in the place of what is. */
  #demo: Screen | null = null;
  #cancelDemo = () => {};
  #code: { readonly key: string; readonly lifetime: number } | null = null;
  #pairedSince: number | null = null;
  /** What was wrong when last looked at, and when each of it last was news. */
  #wrong: ReadonlySet<ProblemCode> = new Set();
  readonly #news = new Map<ProblemCode, number>();

  /** Does nothing yet. */
  constructor(options: PresenterOptions) {
    this.#options = options;
    this.#names = new NameShaper(options.root);
  }

  /**
   * Opens the display, and draws from the first state on that is not over at once. Resolves when that is done as far as
   * it can be by now, or there turned out to be no display. Never rejects. Safe to call twice.
   */
  async start(): Promise<void> {
    if (!this.#started && !this.#closed) {
      this.#started = true;
      this.#unsubscribe = this.#options.source.subscribe(() => this.#redraw());
      this.#redraw();
    }
    await this.#work;
  }

  /** What the display shows now; null where it is dark or not made of pixels. */
  picture(): Picture | null {
    return this.#picture;
  }

  /** Whether there is something to read on the display. */
  lit(): boolean {
    return this.#display !== null && isScreen(this.#display) && !this.#dark;
  }

  capabilities(): Capabilities {
    return this.#display?.capabilities ?? NO_DISPLAY;
  }

  /** Whether there is a code to scan that the display can't show. */
  qrTooSmall(): boolean {
    return this.#qr.wanted && this.#qr.fit === null;
  }

  /** Why there is no display, or none that anyone sees, in one plain sentence; null where there is one or none is wanted. */
  missing(): string | null {
    return this.#missing ?? this.#display?.unseen ?? null;
  }

  /** The project's name, where no font that is installed can draw it. */
  undrawable(): string | null {
    return this.#undrawable;
  }

  view(): DisplayView {
    const capabilities = this.capabilities();
    const { driver, device, name } = capabilities;
    const size =
      capabilities.surface === "pixels"
        ? { width: capabilities.width, height: capabilities.height }
        : capabilities.surface === "cells"
          ? { width: capabilities.columns, height: capabilities.rows }
          : { width: null, height: null };
    const { fit } = this.#qr;
    return {
      driver,
      device,
      name,
      ...size,
      qr_module: fit?.module ?? null,
      qr_quiet: fit?.quiet ?? null,
    };
  }

  /** Shows the paired screen again where the display was given back, or for its whole time more. */
  wake(): void {
    this.#pairedSince = null;
    this.#redraw();
  }

  /** The names of the screens that `demonstrate` shows. */
  async demos(): Promise<readonly string[]> {
    return [...(await this.#demos()).keys()];
  }

  /**
   * Shows a screen for ten seconds, whatever the device does, then what is true again. What is true comes sooner where
   * that is a code to scan or the button in use.
   */
  async demonstrate(name: string): Promise<DemoOutcome> {
    const demo = (await this.#demos()).get(name);
    if (demo === undefined) return "unknown";
    // A device that starts paired leaves its display for later; whoever asks has a reason to look at it now.
    await this.start();
    const { surface } = this.capabilities();
    if (surface === "nothing" || this.#closed) return "no-display";
    if (standsAbove(this.#options.source.snapshot())) return "in-use";
    this.#cancelDemo();
    this.#demo = demo;
    this.#cancelDemo = this.#options.clock.after(DEMO_MS, () => {
      this.#demo = null;
      this.#redraw();
    });
    this.#redraw();
    await this.#work;
    return "shown";
  }

  /** Lets go of the display and opens it anew: another one has arrived, or this one has changed. */
  reopen(): void {
    this.#reopen = true;
    this.#cancelRetry();
    this.#retrying = true;
    this.#redraw();
  }

  /** Wipes the display and lets go of it. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#cancelTick();
    this.#cancelRetry();
    this.#cancelDemo();
    await this.#work;
    const display = this.#display;
    this.#display = null;
    this.#picture = null;
    await display?.close();
  }

  #redraw(): void {
    this.#stale = true;
    this.#work ??= this.#run();
  }

  async #run(): Promise<void> {
    // What goes on here asks for a picture again, and must find the work begun.
    await null;
    try {
      await this.#drawWhileStale();
    } finally {
      this.#work = null;
    }
  }

  async #drawWhileStale(): Promise<void> {
    let changes = 0;
    while (this.#stale && !this.#closed) {
      if (this.#holdBack()) return;
      this.#stale = false;
      try {
        // Between two tries nothing is drawn.
        if (this.#missing !== null && !this.#retrying) return;
        this.#retrying = false;
        if (this.#reopen) await this.#release();
        const display = this.#display ?? (await this.#open());
        // A state that passes leaves time to load what the next one takes.
        if (this.#passes()) await this.#speak();
        else await this.#show(display);
      } catch (error) {
        // Once: a display that is never what it was a moment ago would be opened without end.
        if (error instanceof DisplayChanged && changes++ === 0) {
          this.#stale = true;
          await this.#release();
        } else await this.#lose(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Whether the picture has to wait; it is drawn as soon as it has not. */
  #holdBack(): boolean {
    const urgent = this.#options.urgent();
    if (urgent !== null && !this.#heldBack) {
      this.#heldBack = true;
      void urgent.then(() => {
        this.#heldBack = false;
        this.#redraw();
      });
    }
    return urgent !== null;
  }

  /** Whether the state may be over before its picture is seen. What would be wrong by now does not stay for that. */
  #passes(): boolean {
    const { clock, source } = this.#options;
    const passing = STATE_ROWS[source.snapshot().state].passing;
    this.#passingSince = passing ? (this.#passingSince ?? clock.elapsed()) : null;
    if (this.#passingSince === null || !this.#blank) return false;
    const left = this.#passingSince + PASSING_MS - clock.elapsed();
    if (left <= 0) return false;
    this.#cancelTick();
    this.#cancelTick = clock.after(left, () => this.#redraw());
    return true;
  }

  async #open(): Promise<Display> {
    const display = await this.#options.open();
    this.#display = display;
    this.#blank = true;
    this.#dark = false;
    const { surface, device, name } = display.capabilities;
    if (surface !== "nothing") {
      this.#last = device ?? name;
      this.#setMissing(null);
    } else if (this.#last !== null && this.#missing === null)
      this.#setMissing(`${this.#last} has disappeared: check the cable of the display.`);
    this.#options.changed();
    return display;
  }

  async #lose(message: string): Promise<void> {
    this.#cancelTick();
    this.#setMissing(message);
    await this.#release();
    if (this.#closed) return;
    this.#losses += 1;
    this.#cancelRetry = this.#options.clock.after(backOff(this.#losses, RETRY, 1), () => {
      this.#retrying = true;
      this.#redraw();
    });
  }

  /** What is left of a display that is gone must not keep the next one from being opened. */
  async #release(): Promise<void> {
    this.#reopen = false;
    const display = this.#display;
    this.#display = null;
    this.#picture = null;
    this.#setQr(false, null);
    this.#options.changed();
    await display?.close().catch(() => {});
  }

  #setMissing(message: string | null): void {
    if (this.#missing === message) return;
    this.#missing = message;
    if (message !== null) this.#options.lost(message);
    this.#options.changed();
  }

  async #show(display: Display): Promise<void> {
    const snapshot = this.#options.source.snapshot();
    this.#cancelTick();
    if (standsAbove(snapshot)) this.#demo = null;
    if (isLight(display)) {
      const { texts } = await this.#speak();
      await display.show(this.#demo?.light ?? screenOf(snapshot, texts).light);
      this.#losses = 0;
      return;
    }
    if (this.#demo !== null) {
      await this.#put(display, this.#demo, (await this.#speak()).fonts);
      this.#blank = false;
      return;
    }
    if (this.#givenBack(snapshot)) {
      if (this.#dark && this.#blank) return;
      await display.clear();
      this.#setDark(true);
      this.#blank = true;
      this.#picture = null;
      this.#setQr(false, null);
      return;
    }
    this.#setDark(false);
    const { capabilities } = display;
    if (capabilities.surface === "nothing") {
      this.#setQr(false, null);
      return;
    }
    const { texts, fonts } = await this.#speak();
    const screen = screenOf(snapshot, texts, {
      lifetime: this.#lifetime(snapshot),
      pageActs: this.#options.page.acts,
      pin: this.#options.page.pin,
    });
    this.#tick(snapshot, capabilities);
    const wanted = screen.code?.link != null;
    const { qr, undrawable } = await this.#put(display, screen, fonts);
    this.#setQr(wanted, qr);
    this.#setUndrawable(undrawable);
    this.#blank = false;
    this.#losses = 0;
  }

  async #put(display: Display, screen: Screen, fonts: Fonts): Promise<Put> {
    if (isCells(display)) {
      const { columns, rows, utf8 } = display.capabilities;
      const { picture, qr } = paintCells(screen, columns, rows, utf8);
      await display.show(picture);
      return { qr, undrawable: null };
    }
    if (!isPixels(display)) return { qr: null, undrawable: null };
    const { capabilities } = display;
    const project = screen.project?.name ?? "";
    const told = [screen.device.name, project, screen.network?.wifi ?? ""];
    const names = await this.#names.prepare(fonts, told, capabilities);
    const { picture, qr } = this.#paint(screen, capabilities, names);
    await display.show(picture);
    this.#picture = picture;
    return { qr, undrawable: project !== "" && drawable(names, project) === null ? project : null };
  }

  async #demos(): Promise<ReadonlyMap<string, Screen>> {
    const { demosOf } = await import("./demo.ts");
    return demosOf(this.#options.source.snapshot(), (await this.#speak()).texts);
  }

  async #speak(): Promise<Speech> {
    const { language } = this.#options;
    this.#speech ??= { texts: await loadTexts(language), fonts: loadFonts(language) };
    return this.#speech;
  }

  #setUndrawable(name: string | null): void {
    if (this.#undrawable === name) return;
    this.#undrawable = name;
    this.#options.changed();
  }

  #setDark(dark: boolean): void {
    if (this.#dark === dark) return;
    this.#dark = dark;
    this.#options.changed();
  }

  #setQr(wanted: boolean, fit: QrFit | null): void {
    const { wanted: before, fit: was } = this.#qr;
    if (before === wanted && was?.module === fit?.module && was?.quiet === fit?.quiet) return;
    this.#qr = { wanted, fit };
    this.#options.changed();
  }

  /** Whether the paired screen has been read by now. */
  #givenBack(snapshot: Snapshot): boolean {
    const { clock, pairedFor } = this.#options;
    const news = this.#bringsNews(snapshot);
    if (snapshot.state !== "paired") {
      this.#pairedSince = null;
      return false;
    }
    // Whoever uses the button wants to see what it does, and then what the device is paired with.
    if (snapshot.button !== null || news) this.#pairedSince = null;
    this.#pairedSince ??= clock.elapsed();
    return pairedFor > 0 && clock.elapsed() - this.#pairedSince >= pairedFor * 1000;
  }

  /** Whether something has gone wrong with the pairing. */
  #bringsNews({ health }: Snapshot): boolean {
    const now = this.#options.clock.elapsed();
    const before = this.#wrong;
    const codes = health.map(({ code }) => code).filter((code) => PROBLEM_ROWS[code].light !== null);
    this.#wrong = new Set(codes);
    const lastTime = (code: ProblemCode) => this.#news.get(code) ?? Number.NEGATIVE_INFINITY;
    const news = codes.filter((code) => !before.has(code) && now - lastTime(code) > OLD_NEWS_MS);
    for (const code of news) this.#news.set(code, now);
    return news.length > 0;
  }

  #tick(snapshot: Snapshot, capabilities: Capabilities): void {
    const { clock, pairedFor } = this.#options;
    const wake = () => this.#redraw();
    if (snapshot.pairing !== null) {
      const slow = capabilities.surface === "pixels" && capabilities.refresh === "slow";
      this.#cancelTick = clock.after(slow ? SLOW_TICK_MS : FAST_TICK_MS, wake);
    } else if (this.#pairedSince !== null && pairedFor > 0)
      this.#cancelTick = clock.after(this.#pairedSince + pairedFor * 1000 - clock.elapsed(), wake);
  }

  /** The bar is full when a code is first seen. */
  #lifetime({ pairing }: Snapshot): number | undefined {
    if (pairing === null) return undefined;
    const key = `${pairing.attempt}/${pairing.user_code}`;
    if (this.#code?.key !== key) this.#code = { key, lifetime: pairing.expires_in };
    return this.#code.lifetime;
  }
}

/** What people may be looking for at this moment. */
function standsAbove({ pairing, button }: Snapshot): boolean {
  return pairing !== null || button !== null;
}

function isScreen(display: Display): boolean {
  return isPixels(display) || isCells(display);
}

function isLight(display: Display): display is LightDisplay {
  return display.capabilities.surface === "light";
}

function isPixels(display: Display): display is PixelDisplay {
  return display.capabilities.surface === "pixels";
}

function isCells(display: Display): display is CellDisplay {
  return display.capabilities.surface === "cells";
}
