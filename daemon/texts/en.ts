import type { Texts } from "./texts.ts";

export const en: Texts = {
  language: "English",
  states: {
    starting: { headline: "Starting", sentence: "Ready in a moment." },
    unconfigured: {
      headline: "Not set up yet",
      sentence: "This device still needs its Frame.io key. Please ask the person who set it up.",
    },
    "waiting-for-clock": {
      headline: "Setting the clock",
      sentence: "The time comes from the network. This can take a minute.",
    },
    "waiting-for-network": {
      headline: "Waiting for internet",
      sentence: "Check the Wi-Fi or network cable of this device.",
    },
    "requesting-code": { headline: "Getting a code", sentence: "Ready in a moment." },
    "awaiting-user": {
      headline: "Scan to pair",
      sentence: "Scan the code with your phone and follow the steps.",
    },
    idle: { headline: "Not paired", sentence: "Start pairing on this device to get a new code." },
    confirming: { headline: "Almost done", sentence: "Connected to Frame.io. Finding your project." },
    paired: { headline: "Paired", sentence: "This device is connected to Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Not set up yet",
      sentence: "This device still needs its Frame.io key. Please ask the person who set it up.",
    },
    "secret-refused": {
      headline: "Key not accepted",
      sentence: "Frame.io did not accept the key of this device. Please ask the person who set it up.",
    },
    "request-refused": {
      headline: "Setup not accepted",
      sentence: "Frame.io did not accept the settings of this device. Please ask the person who set it up.",
    },
    "no-network": { headline: "No internet", sentence: "Check the Wi-Fi or network cable of this device." },
    "no-dns": {
      headline: "No internet",
      sentence: "The network is there, but it does not find Frame.io. Check the router.",
    },
    "captive-portal": {
      headline: "Wi-Fi needs a sign-in",
      sentence: "This network asks for a sign-in first. Use another network for this device.",
    },
    "server-unreachable": {
      headline: "Frame.io not reachable",
      sentence: "Check the internet connection. This device keeps trying.",
    },
    "server-trouble": {
      headline: "Frame.io is busy",
      sentence: "There is nothing to do. This device keeps trying.",
    },
    "tls-refused": {
      headline: "Connection not secure",
      sentence: "Something on this network gets in between. Use another network for this device.",
    },
    "clock-wrong": {
      headline: "The clock is wrong",
      sentence: "Set the date and time of this device, or connect it to the internet.",
    },
    "refresh-failing": {
      headline: "Connection interrupted",
      sentence: "This device stays paired and keeps trying. Check the internet connection.",
    },
    "authorization-ended": {
      headline: "Disconnected in Frame.io",
      sentence: "Someone ended this connection. Pair again to go on.",
    },
    "authorization-ran-out": {
      headline: "Connection ran out",
      sentence: "The device was offline for too long. Pair again to go on.",
    },
    "expiring-soon": {
      headline: "Connection ends soon",
      sentence: "The end date set in Frame.io is near. Pair again to extend it.",
    },
    paused: {
      headline: "Paused in Frame.io",
      sentence: "Resume this device in the project’s C2C connections.",
    },
    "may-not-upload": {
      headline: "Uploads not allowed",
      sentence: "This connection may not upload. Pair again and allow uploads.",
    },
    "storage-failing": {
      headline: "Storage problem",
      sentence: "This device cannot save its pairing. Check the memory card or free some space.",
    },
    "storage-replaced": {
      headline: "Storage was reset",
      sentence: "The saved pairing was damaged and had to be put aside. Pair again to go on.",
    },
    "storage-unreadable": {
      headline: "Storage problem",
      sentence: "The saved pairing cannot be read on this device. Pair again to go on.",
    },
    "identity-changed": {
      headline: "New device",
      sentence: "This memory card comes from another device. Pair again to go on.",
    },
    "display-missing": {
      headline: "No screen",
      sentence: "Check the cable of the screen. The status page still works.",
    },
    "qr-too-small": {
      headline: "Screen too small to scan",
      sentence: "Type the code instead, or use the status page.",
    },
  },
  code: {
    scan: "Scan to pair",
    enter: "Pair this device",
    orOpen: (address) => `Or open ${address} and type`,
    open: (address) => `Open ${address} and type`,
    menu: "In Frame.io, add a device under C2C Connections and type",
    timeLeft: (time) => `${time} left`,
    compare: (device) => `Frame.io shows ${device}`,
  },
  button: {
    counting: (seconds) => ({ headline: `Unpairing in ${seconds}`, sentence: "Let go to keep the pairing." }),
    kept: { headline: "Still paired", sentence: "The pairing was kept." },
    unpairing: { headline: "Unpairing", sentence: "Ready in a moment." },
    unpaired: { headline: "Unpaired", sentence: "This device is no longer connected to Frame.io." },
    "not-revoked": {
      headline: "Unpaired here",
      sentence: "Frame.io could not be reached. Remove this device there too.",
    },
    "nothing-to-unpair": { headline: "Not paired", sentence: "There is nothing to unpair." },
  },
  labels: { device: "Device", project: "Project", code: "Code", timeLeft: "Time left" },
  actions: { pair: "Pair", newCode: "New code", cancel: "Cancel", unpair: "Unpair" },
};
