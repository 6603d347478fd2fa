/**
 * What counts as a serial number. Firmware leaves the field empty, pads it, or ships the sample text of the
 * reference design; an id that many units share is worse than none, so anything doubtful is refused. It is judged by what
 * it says, since no list knows all samples; the list is for those that look like a number of a unit.
 */

/** Long enough for a UUID with a maker's prefix, short enough for a screen. */
const LONGEST = 64;
const SHORTEST = 4;

/** Fewer different characters than this, or fewer characters that say something, and units would have to share. */
const LEAST_DIFFERENT = 3;
const LEAST_SAID = 3;

/** One that counts for so long is a sample whatever is around it; of random digits, one in a hundred million does. */
const LONG_SEQUENCE = 8;

/** Letters and digits of numbers that look like one unit's and are many units'. */
const SHARED: ReadonlySet<string> = new Set([
  // Rockchip's U-Boot, where the factory stored none: github.com/JeffyCN/meta-rockchip/issues/72
  "C3D9B8674F4B94F6",
  // A date that Android's USB gadget had for a serial number.
  "20080411",
  // product_uuid values that mainboard makers forgot to replace
  "00020003000400050006000700080009",
  "03000200040005000006000700080009",
  "030201000504070608090A0B0C0D0E0F",
  "11111111222233334444555555555555",
  "4C4C454400002010802080C04F202020",
]);

/** Words of a sample, wherever they stand. */
const SAMPLE_WORDS =
  /ASSETTAG|CHANGEME|DEFAULT|DEMO|DUMMY|EMPTY|EXAMPLE|FILLED|FILLBY|INVALID|MISSING|NOTAPPLICABLE|NOTAVAILABLE|NOTDEFINED|NOTPRESENT|NOTSET|NOTSPECIFIED|PLACEHOLDER|SAMPLE|TEST|UNDEFINED|UNKNOWN|UNSPECIFIED/;

/** Words for a serial number that say nothing of the unit. */
const SILENT_WORDS =
  /SERIALNUMBER|SERIALNO|SERIAL|NUMBER|BASEBOARD|MAINBOARD|BOARD|CHASSIS|SYSTEM|PRODUCT|DEVICE|UNIT/g;

/** Words that programmers write in hexadecimal digits. */
const HEX_WORD =
  "DEAD|BEEF|CAFE|BABE|F00D|FOOD|FACE|FEED|FEE1|C0DE|CODE|BAAD|BADC|BAD|C0FFEE|C0FFE|DECAF|0FF1CE";
/** Two in a row, or nothing else. */
const HEXSPEAK = new RegExp(`(${HEX_WORD}){2}|^0*(${HEX_WORD})+0*$`);

/**
 * The canonical form of a serial number, or null where the text is none.
 *
 * Upper case, because two kernel interfaces may print one number in different case (device tree and soc0, old and
 * new DMI), and because capitals are what the label on the case and Frame.io's dialog show. What is not a letter,
 * a digit, `.`, `_` or `-` becomes `-`, so that the result is safe in a form field and in a device name.
 *
 * @param raw as read from the kernel: may end in NULs or white space (Devicetree Specification §2.2.4, `<string>`)
 */
export function canonicalSerial(raw: string): string | null {
  const text = raw.replace(/[\0\s]+$/, "").trim();
  if (!/^[ -~]+$/.test(text)) return null;
  const serial = text.toUpperCase().replace(/[^A-Z0-9._-]+/g, "-");
  return serial.length <= LONGEST && lettersAndDigits(serial).length > 0 ? serial : null;
}

/** Whether the text is what a firmware vendor ships for the maker to replace. */
export function isSampleText(text: string): boolean {
  const core = lettersAndDigits(text);
  return SAMPLE_WORDS.test(core) || /^(EVAL|NONE|NULL|OEM|OEMSTRING|TOBEDETERMINED)$/.test(saidBy(core));
}

/**
 * Whether many units would have this number.
 *
 * @param serial canonical
 * @param model the board's own name, which some firmware gives as its number
 */
export function isShared(serial: string, model: string | null): boolean {
  const core = lettersAndDigits(serial);
  const name = lettersAndDigits(model ?? "");
  if (core.length < SHORTEST || SHARED.has(core) || isSampleText(core) || HEXSPEAK.test(core)) return true;
  if (name.includes(core)) return true;
  const said = saidBy(name === "" ? core : core.replace(name, ""));
  return (
    !/[0-9]/.test(said) ||
    new Set(said).size < LEAST_DIFFERENT ||
    substance(said) < LEAST_SAID ||
    hasLongSequence(core)
  );
}

function lettersAndDigits(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

function saidBy(core: string): string {
  return core.replace(SILENT_WORDS, "");
}

/** How many characters it takes to say it, where what repeats or counts with a period of up to four takes one period. */
function substance(core: string): number {
  let said = 0;
  for (let at = 0; at < core.length; ) {
    const run = longestRun(core, at);
    said += run.period;
    at += run.length;
  }
  return said;
}

const PERIODS = [1, 2, 3, 4];

interface Run {
  readonly period: number;
  readonly length: number;
}

/** The run from `at` on that spares the most; a single character where there is none. */
function longestRun(core: string, at: number): Run {
  let best: Run = { period: 1, length: 1 };
  for (const period of PERIODS) {
    const length = runLength(core, at, period);
    // Two alike are chance, three are a pattern.
    if (length >= 3 * period && length - period > best.length - best.period) best = { period, length };
  }
  return best;
}

/** Whether it counts for so long that it is a sample, whatever is around that. */
function hasLongSequence(core: string): boolean {
  return Array.from(core).some((_, at) =>
    PERIODS.some((period) => {
      const length = runLength(core, at, period);
      const repeats = core.startsWith(core.slice(at, at + period), at + period);
      return !repeats && length >= LONG_SEQUENCE + 4 * (period - 1);
    }),
  );
}

/** How many characters from `at` on go on as they began: each of a period repeats, or counts up, or down. */
function runLength(core: string, at: number, period: number): number {
  let end = at + period;
  for (; end < core.length; end++) {
    const step = stepBetween(core[end - period], core[end]);
    if (step === null) break;
    if (end >= at + 2 * period && step !== stepBetween(core[end - 2 * period], core[end - period])) break;
  }
  return Math.min(end, core.length) - at;
}

const ORDER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** 1 where the second character follows the first in decimal, in hexadecimal or in the alphabet; -1, 0; else null. */
function stepBetween(one = "", other = ""): number | null {
  if (/[9F]0/.test(one + other)) return 1;
  if (/0[9F]/.test(one + other)) return -1;
  const step = ORDER.indexOf(other) - ORDER.indexOf(one);
  return Math.abs(step) <= 1 ? step : null;
}
