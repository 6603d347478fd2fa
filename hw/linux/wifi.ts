/** Which Wi-Fi an interface is in, by nl80211, which wants no privilege for it (include/uapi/linux/nl80211.h, genetlink.h). */
import { closeSync, readSync, writeSync } from "node:fs";
import { socket } from "./kernel.ts";

/** include/linux/socket.h, include/linux/net.h; never waited for: the kernel answers within the call that asks. */
const AF_NETLINK = 16;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
/** include/uapi/linux/netlink.h */
const NETLINK_GENERIC = 16;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;

/** include/uapi/linux/genetlink.h: the family that tells the numbers of the others. */
const CONTROLLER = { id: 16, getFamily: 3, familyId: 1, familyName: 2 };
/** include/uapi/linux/nl80211.h: NL80211_CMD_GET_INTERFACE, NL80211_ATTR_IFINDEX, NL80211_ATTR_SSID. */
const NL80211 = { getInterface: 5, ifindex: 3, ssid: 52 };

/** The headers of netlink, with the generic one, and of an attribute. */
const HEADER = 20;
const ATTRIBUTE = 4;
/** The kernel's own limit of a message of this kind. */
const LONGEST = 8192;

/**
 * The SSID of the network that an interface is in: up to 32 bytes of anything, by IEEE 802.11.
 *
 * @param index of the interface, as sysfs has it
 * @returns null where it is in none, or no Wi-Fi interface
 * @throws an error with the system's `code` where there are no netlink sockets
 */
export function ssidOf(index: number): Buffer | null {
  const fd = socket(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, NETLINK_GENERIC);
  try {
    const family = familyOf(fd, "nl80211");
    if (family === null) return null;
    const which = Buffer.alloc(4);
    which.writeUInt32LE(index);
    return ask(fd, family, NL80211.getInterface, NL80211.ifindex, which).get(NL80211.ssid) ?? null;
  } finally {
    closeSync(fd);
  }
}

/** The number by which the running kernel knows a family; null where it does not. */
export function familyOf(fd: number, name: string): number | null {
  const told = ask(fd, CONTROLLER.id, CONTROLLER.getFamily, CONTROLLER.familyName, Buffer.from(`${name}\0`));
  return told.get(CONTROLLER.familyId)?.readUInt16LE() ?? null;
}

/** The attributes of the answer to a question with one attribute; none where the kernel refuses. */
function ask(
  fd: number,
  family: number,
  command: number,
  type: number,
  value: Buffer,
): ReadonlyMap<number, Buffer> {
  const question = Buffer.alloc(HEADER + ATTRIBUTE + aligned(value.length));
  question.writeUInt32LE(question.length);
  question.writeUInt16LE(family, 4);
  question.writeUInt16LE(NLM_F_REQUEST, 6);
  question[16] = command;
  question.writeUInt16LE(ATTRIBUTE + value.length, HEADER);
  question.writeUInt16LE(type, HEADER + 2);
  value.copy(question, HEADER + ATTRIBUTE);
  writeSync(fd, question);
  const room = Buffer.alloc(LONGEST);
  const answer = room.subarray(0, readSync(fd, room));
  return answer.length < HEADER || answer.readUInt16LE(4) === NLMSG_ERROR ? new Map() : attributes(answer);
}

/** Stops where the lengths are not what they can be. */
function attributes(answer: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = HEADER; at + ATTRIBUTE <= answer.length; ) {
    const length = answer.readUInt16LE(at);
    if (length < ATTRIBUTE || at + length > answer.length) break;
    // The two highest bits say how it is written.
    found.set(answer.readUInt16LE(at + 2) & 0x3fff, answer.subarray(at + ATTRIBUTE, at + length));
    at += aligned(length);
  }
  return found;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
