/**
 * What counts as a serial number. Firmware leaves the field empty, pads it, or ships the sample text of the
 * reference design; an id that many units share is worse than none, so anything doubtful is refused.
 */

/** Long enough for a UUID with a maker's prefix, short enough for a screen. */
const LONGEST = 64;
const SHORTEST = 4;

/** Sample texts of firmware vendors, letters and digits alone. */
const SAMPLES: ReadonlySet<string> = new Set([
  "ASSETTAG",
  "BASEBOARDSERIALNUMBER",
  "BOARDSERIALNUMBER",
  "CHASSISSERIALNUMBER",
  "DEFAULT",
  "DEFAULTSTRING",
  "EMPTY",
  "EVAL",
  "FILLBYOEM",
  "INVALID",
  "NONE",
  "NOTAPPLICABLE",
  "NOTAVAILABLE",
  "NOTPRESENT",
  "NOTSET",
  "NOTSETTABLE",
  "NOTSPECIFIED",
  "NULL",
  "OEM",
  "OEMSTRING",
  "PRODUCTNAME",
  "SERIAL",
  "SERIALNUMBER",
  "SYSTEMPRODUCTNAME",
  "SYSTEMSERIALNUMBER",
  "SYSTEMVERSION",
  "TEST",
  "TOBEDETERMINED",
  "TOBEFILLEDBYOEM",
  "UNDEFINED",
  "UNKNOWN",
  "UNSPECIFIED",
  // product_uuid values that mainboard makers forgot to replace
  "00020003000400050006000700080009",
  "03000200040005000006000700080009",
  "030201000504070608090A0B0C0D0E0F",
  "0102030405060708090A0B0C0D0E0F10",
  "00112233445566778899AABBCCDDEEFF",
  "11111111222233334444555555555555",
  "4C4C454400002010802080C04F202020",
]);

/** Counting up or down in decimal and in hexadecimal, long enough for any window of eight. */
const COUNTING = ["01234567890123456789", "0123456789ABCDEF0123456789ABCDEF"].flatMap((digits) => [
  digits,
  [...digits].reverse().join(""),
]);

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
  return serial.length <= LONGEST && !isPlaceholder(serial) ? serial : null;
}

/** Whether the text is what a firmware vendor ships for the maker to replace. */
export function isSampleText(text: string): boolean {
  const core = lettersAndDigits(text);
  return SAMPLES.has(core) || core.startsWith("TOBEFILLED");
}

/** Whether many units share this number: sample text, one or two characters repeated, a counting sequence. */
function isPlaceholder(serial: string): boolean {
  const core = lettersAndDigits(serial);
  return (
    core.length < SHORTEST || /^(.{1,2})\1*$/.test(core) || isSampleText(serial) || containsCounting(core)
  );
}

function lettersAndDigits(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

function containsCounting(core: string): boolean {
  for (let start = 0; start + 8 <= core.length; start++) {
    const window = core.slice(start, start + 8);
    if (COUNTING.some((sequence) => sequence.includes(window))) return true;
  }
  return false;
}
