/**
 * Showing a picture by a graphics card itself: its own mode setting, and a buffer that the processor draws into
 * (include/uapi/drm/drm.h, drm_mode.h). Whoever opens the card first is its master, and nobody else can set a mode until
 * that one closes it. Closing gives everything back: the buffer is taken off the screen, and the next one is master.
 */
import { closeSync, openSync } from "node:fs";
import type { Rect } from "../picture/changes.ts";
import { addressOf, io, ioctl, iowr, type Mapping, map, memory, Structure } from "./kernel.ts";

/** `struct drm_mode_card_res` */
const CARD_RES = new Structure({
  fb_id_ptr: "__u64",
  crtc_id_ptr: "__u64",
  connector_id_ptr: "__u64",
  encoder_id_ptr: "__u64",
  count_fbs: "__u32",
  count_crtcs: "__u32",
  count_connectors: "__u32",
  count_encoders: "__u32",
  min_width: "__u32",
  max_width: "__u32",
  min_height: "__u32",
  max_height: "__u32",
});

/** `struct drm_mode_modeinfo` */
const MODEINFO = new Structure({
  clock: "__u32",
  hdisplay: "__u16",
  hsync_start: "__u16",
  hsync_end: "__u16",
  htotal: "__u16",
  hskew: "__u16",
  vdisplay: "__u16",
  vsync_start: "__u16",
  vsync_end: "__u16",
  vtotal: "__u16",
  vscan: "__u16",
  vrefresh: "__u32",
  flags: "__u32",
  type: "__u32",
  name: ["__u8", 32],
});

/** `struct drm_mode_crtc` */
const CRTC = new Structure({
  set_connectors_ptr: "__u64",
  count_connectors: "__u32",
  crtc_id: "__u32",
  fb_id: "__u32",
  x: "__u32",
  y: "__u32",
  gamma_size: "__u32",
  mode_valid: "__u32",
  mode: ["__u8", MODEINFO.size],
});

/** `struct drm_mode_get_encoder` */
const GET_ENCODER = new Structure({
  encoder_id: "__u32",
  encoder_type: "__u32",
  crtc_id: "__u32",
  possible_crtcs: "__u32",
  possible_clones: "__u32",
});

/** `struct drm_mode_get_connector` */
const GET_CONNECTOR = new Structure({
  encoders_ptr: "__u64",
  modes_ptr: "__u64",
  props_ptr: "__u64",
  prop_values_ptr: "__u64",
  count_modes: "__u32",
  count_props: "__u32",
  count_encoders: "__u32",
  encoder_id: "__u32",
  connector_id: "__u32",
  connector_type: "__u32",
  connector_type_id: "__u32",
  connection: "__u32",
  mm_width: "__u32",
  mm_height: "__u32",
  subpixel: "__u32",
  pad: "__u32",
});

/** `struct drm_mode_create_dumb` */
const CREATE_DUMB = new Structure({
  height: "__u32",
  width: "__u32",
  bpp: "__u32",
  flags: "__u32",
  handle: "__u32",
  pitch: "__u32",
  size: "__u64",
});

/** `struct drm_mode_map_dumb` */
const MAP_DUMB = new Structure({ handle: "__u32", pad: "__u32", offset: "__u64" });

/** `struct drm_mode_fb_cmd` */
const FB_CMD = new Structure({
  fb_id: "__u32",
  width: "__u32",
  height: "__u32",
  pitch: "__u32",
  bpp: "__u32",
  depth: "__u32",
  handle: "__u32",
});

/** `struct drm_mode_fb_dirty_cmd` */
const FB_DIRTY_CMD = new Structure({
  fb_id: "__u32",
  flags: "__u32",
  color: "__u32",
  num_clips: "__u32",
  clips_ptr: "__u64",
});

const SET_MASTER = io("d", 0x1e);
const GETRESOURCES = iowr("d", 0xa0, CARD_RES.size);
const SETCRTC = iowr("d", 0xa2, CRTC.size);
const GETENCODER = iowr("d", 0xa6, GET_ENCODER.size);
const GETCONNECTOR = iowr("d", 0xa7, GET_CONNECTOR.size);
const ADDFB = iowr("d", 0xae, FB_CMD.size);
const DIRTYFB = iowr("d", 0xb1, FB_DIRTY_CMD.size);
const CREATE = iowr("d", 0xb2, CREATE_DUMB.size);
const MAP = iowr("d", 0xb3, MAP_DUMB.size);

/** By `connector_type`, what sysfs calls connectors (drm_connector_enum_list in drivers/gpu/drm/drm_connector.c). */
const CONNECTOR_TYPES = [
  "Unknown",
  "VGA",
  "DVI-I",
  "DVI-D",
  "DVI-A",
  "Composite",
  "SVIDEO",
  "LVDS",
  "Component",
  "DIN",
  "DP",
  "HDMI-A",
  "HDMI-B",
  "TV",
  "eDP",
  "Virtual",
  "DSI",
  "DPI",
  "Writeback",
  "SPI",
  "USB",
];

/** A connector with its present modes, best first. */
export interface Head {
  readonly connector: number;
  /** The CRTC that can feed it. */
  readonly crtc: number;
  readonly modes: readonly Mode[];
  /** Visible millimetres; null where the kernel does not know. */
  readonly physical: { readonly width: number; readonly height: number } | null;
}

export interface Mode {
  readonly width: number;
  readonly height: number;
  /** `struct drm_mode_modeinfo` as the kernel gave it. */
  readonly info: Uint8Array;
}

/** Modes of one size, best first. */
export interface Fit {
  readonly width: number;
  readonly height: number;
  readonly modes: readonly [Mode, ...Mode[]];
}

/** A graphics card that is open. What fails throws the error of the system. */
export class Card {
  readonly #fd: number;
  /** `struct drm_clip_rect`: its last two members are the first column and row that are not in it. */
  readonly #clip = new Uint16Array(memory(8).buffer);

  /** @param path of the node, root prefix included */
  constructor(path: string) {
    this.#fd = openSync(path, "r+");
  }

  /** @throws where another program is the card's master */
  becomeMaster(): void {
    ioctl(this.#fd, SET_MASTER, 0);
  }

  /** Has the kernel look at what is plugged in, on every connector. Sysfs tells what it found. */
  probe(): void {
    for (const id of this.#resources().connectors) this.#connector(id);
  }

  /** The connector of that name in sysfs; null where the card has none, or nothing can feed it. */
  head(name: string): Head | null {
    const { crtcs, connectors } = this.#resources();
    for (const id of connectors) {
      const { connector, modes, encoders } = this.#connector(id);
      const type = CONNECTOR_TYPES[GET_CONNECTOR.number(connector, "connector_type")] ?? "Unknown";
      if (`${type}-${GET_CONNECTOR.number(connector, "connector_type_id")}` !== name) continue;
      const crtc = this.#crtcFor(GET_CONNECTOR.number(connector, "encoder_id"), encoders, crtcs);
      if (crtc === null) return null;
      const width = GET_CONNECTOR.number(connector, "mm_width");
      const height = GET_CONNECTOR.number(connector, "mm_height");
      return {
        connector: id,
        crtc,
        modes,
        physical: width > 0 && height > 0 ? { width, height } : null,
      };
    }
    return null;
  }

  /**
   * Shows a new buffer of 32 bits a pixel, XRGB8888.
   * @param modes of one size; the first one that the card takes is set
   */
  show(head: Head, { width, height, modes }: Fit): Scanout {
    const buffer = this.#call(CREATE, CREATE_DUMB.of({ width, height, bpp: 32 }));
    const handle = CREATE_DUMB.number(buffer, "handle");
    const pitch = CREATE_DUMB.number(buffer, "pitch");
    const size = CREATE_DUMB.number(buffer, "size");
    const fb = FB_CMD.number(
      this.#call(ADDFB, FB_CMD.of({ width, height, pitch, bpp: 32, depth: 24, handle })),
      "fb_id",
    );
    const offset = MAP_DUMB.number(this.#call(MAP, MAP_DUMB.of({ handle })), "offset");
    const mapping = map(this.#fd, size, offset);
    try {
      this.#setMode(head, fb, modes);
    } catch (error) {
      // Memory that is mapped keeps the card open, closed or not, and with it its one master.
      mapping.unmap();
      throw error;
    }
    return { pitch, ...mapping, flush: (part) => this.#flush(fb, part) };
  }

  /** Gives everything back: what was shown is gone. */
  close(): void {
    closeSync(this.#fd);
  }

  #setMode({ connector, crtc }: Head, fb: number, modes: readonly Mode[]): void {
    const connectors = Uint32Array.of(connector);
    let refusal: unknown;
    for (const mode of modes)
      try {
        this.#call(
          SETCRTC,
          CRTC.of({
            set_connectors_ptr: addressOf(connectors),
            count_connectors: connectors.length,
            crtc_id: crtc,
            fb_id: fb,
            mode_valid: 1,
            mode: mode.info,
          }),
        );
        return;
      } catch (error) {
        // A slower refresh may still go through the cable, or the memory.
        refusal ??= error;
      }
    throw refusal;
  }

  #call(request: number, argument: Uint8Array): Uint8Array {
    ioctl(this.#fd, request, argument);
    return argument;
  }

  #flush(fb: number, { x, y, width, height }: Rect): void {
    this.#clip.set([x, y, x + width, y + height]);
    try {
      this.#call(DIRTYFB, FB_DIRTY_CMD.of({ fb_id: fb, num_clips: 1, clips_ptr: addressOf(this.#clip) }));
    } catch (error) {
      // Where the screen shows the memory itself there is nothing to do, and the driver has no such call.
      if ((error as NodeJS.ErrnoException).code !== "ENOSYS") throw error;
    }
  }

  #resources() {
    const counts = this.#call(GETRESOURCES, CARD_RES.of({}));
    const crtcs = ids(CARD_RES.number(counts, "count_crtcs"));
    const connectors = ids(CARD_RES.number(counts, "count_connectors"));
    this.#call(
      GETRESOURCES,
      CARD_RES.of({
        crtc_id_ptr: addressOf(crtcs),
        count_crtcs: crtcs.length,
        connector_id_ptr: addressOf(connectors),
        count_connectors: connectors.length,
      }),
    );
    return { crtcs, connectors };
  }

  #connector(id: number) {
    // Asked for no modes, the kernel looks at what is plugged in now.
    const counts = this.#call(GETCONNECTOR, GET_CONNECTOR.of({ connector_id: id }));
    const encoders = ids(GET_CONNECTOR.number(counts, "count_encoders"));
    const infos = memory(GET_CONNECTOR.number(counts, "count_modes") * MODEINFO.size);
    const connector = this.#call(
      GETCONNECTOR,
      GET_CONNECTOR.of({
        connector_id: id,
        modes_ptr: addressOf(infos),
        count_modes: infos.length / MODEINFO.size,
        encoders_ptr: addressOf(encoders),
        count_encoders: encoders.length,
      }),
    );
    const modes: Mode[] = [];
    for (let at = 0; at < infos.length; at += MODEINFO.size) {
      const info = infos.slice(at, at + MODEINFO.size);
      modes.push({
        width: MODEINFO.number(info, "hdisplay"),
        height: MODEINFO.number(info, "vdisplay"),
        info,
      });
    }
    return { connector, encoders, modes };
  }

  /** The CRTC that feeds the connector now, else the first one that can. */
  #crtcFor(current: number, encoders: Uint32Array, crtcs: Uint32Array): number | null {
    for (const id of current === 0 ? encoders : [current, ...encoders]) {
      const encoder = this.#call(GETENCODER, GET_ENCODER.of({ encoder_id: id }));
      const fed = GET_ENCODER.number(encoder, "crtc_id");
      if (fed !== 0) return fed;
      const possible = GET_ENCODER.number(encoder, "possible_crtcs");
      const crtc = crtcs.find((_, index) => (possible & (1 << index)) !== 0);
      if (crtc !== undefined) return crtc;
    }
    return null;
  }
}

/** What the screen shows. */
export interface Scanout extends Mapping {
  /** Bytes from one row to the next. */
  readonly pitch: number;
  /** Brings what was drawn in that part onto the screen, where that does not happen by itself. */
  flush(part: Rect): void;
}

function ids(count: number): Uint32Array {
  return new Uint32Array(new ArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT));
}
