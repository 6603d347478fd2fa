/**
 * The visible size of a display in millimetres, from the first detailed timing of its EDID, else from the rounded
 * centimetres of the base block (VESA E-EDID 1.4, tables 3.21 and 3.11).
 *
 * @returns null where the display does not tell, as projectors don't
 */
export function physicalSize(edid: Uint8Array): { readonly width: number; readonly height: number } | null {
  const byte = (offset: number) => edid[offset] ?? 0;
  const hasTiming = byte(54) !== 0 || byte(55) !== 0;
  const width = hasTiming ? ((byte(68) & 0xf0) << 4) | byte(66) : byte(21) * 10;
  const height = hasTiming ? ((byte(68) & 0x0f) << 8) | byte(67) : byte(22) * 10;
  return width > 0 && height > 0 ? { width, height } : null;
}
