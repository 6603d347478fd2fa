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
    confirming: { headline: "Authorized", sentence: "Finding your project." },
    paired: { headline: "Paired", sentence: "This device is connected to Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Not set up yet",
      sentence: "This device still needs its Frame.io key. Please ask the person who set it up.",
    },
    "secret-unusable": {
      headline: "Key can’t be opened",
      sentence: "The Frame.io key of this device can’t be opened. Please ask the person who set it up.",
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
      sentence: "Frame.io can’t be found on this network. Check the router.",
    },
    "captive-portal": {
      headline: "Wi-Fi needs a sign-in",
      sentence: "This network asks for a sign-in first. Use another network for this device.",
    },
    "proxy-refused": {
      headline: "Proxy refuses access",
      sentence:
        "The proxy of this network does not let this device through. Please ask the person who set it up.",
    },
    "server-unreachable": {
      headline: "Can’t reach Frame.io",
      sentence: "This device keeps trying. Check the internet connection.",
    },
    "server-trouble": {
      headline: "Frame.io is busy",
      sentence: "This device keeps trying. You don’t need to do anything.",
    },
    "unexpected-answer": {
      headline: "Unexpected answer",
      sentence: "Something on this network may get in between. Use another network for this device.",
    },
    "tls-refused": {
      headline: "Connection not secure",
      sentence: "Something on this network gets in between. Use another network for this device.",
    },
    "clock-wrong": {
      headline: "The clock is wrong",
      sentence: "Set the date and time of this device.",
    },
    "refresh-failing": {
      headline: "Connection interrupted",
      sentence: "This device stays paired and keeps trying. Check the internet connection.",
    },
    "authorization-ended": {
      headline: "Disconnected in Frame.io",
      sentence: "Someone ended this connection. Pair again to continue.",
    },
    "authorization-ran-out": {
      headline: "Connection expired",
      sentence: "This device was offline for too long. Pair again to continue.",
    },
    "expiring-soon": {
      headline: "Connection expires soon",
      sentence: "The expiration date set in Frame.io is near. Pair again to extend it.",
    },
    paused: {
      headline: "Paused in Frame.io",
      sentence: "Resume this device in the project’s C2C\u00A0Connections.",
    },
    "may-not-upload": {
      headline: "Uploads not allowed",
      sentence: "This connection does not allow uploads. Pair again and allow them.",
    },
    "pairing-unsaved": {
      headline: "Pairing not saved",
      sentence: "Pair again if the power goes. Check the memory card or free some space.",
    },
    "storage-failing": {
      headline: "Storage problem",
      sentence: "This device can’t save its pairing. Check the memory card or free some space.",
    },
    "storage-replaced": {
      headline: "Storage was reset",
      sentence: "The saved pairing was damaged. Pair again to continue.",
    },
    "storage-recovered": {
      headline: "Storage was repaired",
      sentence: "The pairing is safe. Replace the memory card if this comes back.",
    },
    "storage-unreadable": {
      headline: "Storage problem",
      sentence: "The saved pairing can’t be read on this device. Pair again to continue.",
    },
    "identity-changed": {
      headline: "Card from another device",
      sentence: "This memory card was paired in another device. Pair again to continue.",
    },
    "display-missing": {
      headline: "No screen",
      sentence: "The status page still works. Check the cable of the screen.",
    },
    "name-not-drawable": {
      headline: "Name can’t be shown",
      sentence: "The screen lacks a font for the project’s name. The status page shows it.",
    },
    "qr-too-small": {
      headline: "Screen too small to scan",
      sentence: "Type the code instead, or use the status page.",
    },
    "page-failing": {
      headline: "No status page",
      sentence: "The status page of this device can’t be opened. Please ask the person who set it up.",
    },
    "presence-failing": {
      headline: "Shown as offline",
      sentence: "Frame.io may show this device as offline. This device keeps trying.",
    },
  },
  newCode: {
    press: "Press the button on this device to get a new code.",
    open: (address) => `Open ${address} to get a new code.`,
  },
  statusPage: (address) => `Status page: ${address}`,
  unproven: {
    offline: "Paired, offline",
    connecting: { headline: "Paired, connecting", sentence: "Connecting to Frame.io." },
  },
  clockSays: (time) => `It says ${time}. Set the date and time of this device.`,
  nameElsewhere: "Project: see the status page",
  code: {
    headline: "Pair with Frame.io",
    scanOrOpen: (address) => `Scan, or open ${address} and type`,
    open: (address) => `Open ${address} and type`,
    menu: "In Frame.io, add a device under C2C\u00A0Connections and type",
    choose: "Choose the project",
    check: "Check the name",
    stillPaired: (project) => `Still paired with ${project}`,
  },
  demonstration: "Demonstration",
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
  labels: { device: "Device", project: "Project", code: "Code" },
  actions: { newCode: "New code", cancel: "Cancel", unpair: "Unpair" },
};
