import type { Texts } from "./texts.ts";

export const de: Texts = {
  language: "Deutsch",
  states: {
    starting: { headline: "Wird gestartet", sentence: "Gleich geht es los." },
    unconfigured: {
      headline: "Noch nicht eingerichtet",
      sentence:
        "Diesem Gerät fehlt noch sein Frame.io-Schlüssel. Bitte frag die Person, die es eingerichtet hat.",
    },
    "waiting-for-clock": {
      headline: "Uhr wird gestellt",
      sentence: "Die Zeit kommt aus dem Netzwerk. Das kann eine Minute dauern.",
    },
    "waiting-for-network": {
      headline: "Warten auf Internet",
      sentence: "Prüfe das WLAN oder das Netzwerk\u00ADkabel dieses Geräts.",
    },
    "requesting-code": { headline: "Code wird angefordert", sentence: "Gleich geht es weiter." },
    "awaiting-user": {
      headline: "Code scannen",
      sentence: "Scanne den Code mit dem Handy und folge den Schritten.",
    },
    idle: {
      headline: "Nicht gekoppelt",
      sentence: "Starte die Kopplung am Gerät, um einen neuen Code zu erhalten.",
    },
    confirming: { headline: "Autorisiert", sentence: "Das Projekt wird gesucht." },
    paired: { headline: "Gekoppelt", sentence: "Dieses Gerät ist mit Frame.io verbunden." },
  },
  problems: {
    "secret-missing": {
      headline: "Noch nicht eingerichtet",
      sentence:
        "Diesem Gerät fehlt noch sein Frame.io-Schlüssel. Bitte frag die Person, die es eingerichtet hat.",
    },
    "secret-unusable": {
      headline: "Schlüssel nicht lesbar",
      sentence:
        "Der Frame.io-Schlüssel dieses Geräts lässt sich nicht öffnen. Bitte frag die Person, die es eingerichtet hat.",
    },
    "secret-refused": {
      headline: "Schlüssel abgelehnt",
      sentence: "Frame.io lehnt den Schlüssel ab. Bitte frag die Person, die das Gerät eingerichtet hat.",
    },
    "request-refused": {
      headline: "Einstellungen abgelehnt",
      sentence: "Frame.io lehnt die Einstellungen ab. Bitte frag die Person, die das Gerät eingerichtet hat.",
    },
    "no-network": {
      headline: "Kein Internet",
      sentence: "Prüfe das WLAN oder das Netzwerk\u00ADkabel dieses Geräts.",
    },
    "no-dns": {
      headline: "Kein Internet",
      sentence: "Im Netzwerk ist Frame.io nicht zu finden. Prüfe den Router.",
    },
    "captive-portal": {
      headline: "WLAN verlangt Anmeldung",
      sentence: "Dieses Netzwerk verlangt erst eine Anmeldung. Nutze für dieses Gerät ein anderes Netzwerk.",
    },
    "proxy-refused": {
      headline: "Proxy verweigert Zugang",
      sentence:
        "Der Proxy dieses Netzwerks lässt das Gerät nicht durch. Bitte frag die Person, die es eingerichtet hat.",
    },
    "server-unreachable": {
      headline: "Frame.io nicht erreichbar",
      sentence: "Das Gerät versucht es weiter. Prüfe die Internet\u00ADverbindung.",
    },
    "server-trouble": {
      headline: "Frame.io ist überlastet",
      sentence: "Das Gerät versucht es weiter. Du musst nichts tun.",
    },
    "unexpected-answer": {
      headline: "Unerwartete Antwort",
      sentence:
        "Vielleicht schaltet sich in diesem Netzwerk etwas dazwischen. Nutze für dieses Gerät ein anderes Netzwerk.",
    },
    "tls-refused": {
      headline: "Verbindung nicht sicher",
      sentence:
        "Etwas in diesem Netzwerk schaltet sich dazwischen. Nutze für dieses Gerät ein anderes Netzwerk.",
    },
    "clock-wrong": {
      headline: "Die Uhr geht falsch",
      sentence: "Stelle Datum und Uhrzeit des Geräts ein.",
    },
    "refresh-failing": {
      headline: "Verbindung unterbrochen",
      sentence: "Das Gerät bleibt gekoppelt und versucht es weiter. Prüfe die Internet\u00ADverbindung.",
    },
    "authorization-ended": {
      headline: "In Frame.io getrennt",
      sentence: "Jemand hat diese Verbindung beendet. Kopple das Gerät neu, um weiterzumachen.",
    },
    "authorization-ran-out": {
      headline: "Verbindung abgelaufen",
      sentence: "Das Gerät war zu lange offline. Kopple es neu, um weiterzumachen.",
    },
    "expiring-soon": {
      headline: "Verbindung endet bald",
      sentence: "Das Ablaufdatum in Frame.io rückt näher. Kopple das Gerät neu, um zu verlängern.",
    },
    paused: {
      headline: "In Frame.io pausiert",
      sentence: "Hebe die Pause im Projekt unter „C2C\u00A0Connections“ auf.",
    },
    "may-not-upload": {
      headline: "Hochladen nicht erlaubt",
      sentence: "Diese Verbindung darf nichts hochladen. Kopple das Gerät neu und erlaube das Hochladen.",
    },
    "pairing-unsaved": {
      headline: "Kopplung nicht gespeichert",
      sentence: "Ohne Strom geht sie verloren. Prüfe die Speicherkarte oder schaffe Platz.",
    },
    "storage-failing": {
      headline: "Speicher\u00ADproblem",
      sentence: "Das Gerät kann die Kopplung nicht speichern. Prüfe die Speicherkarte oder schaffe Platz.",
    },
    "storage-replaced": {
      headline: "Speicher zurückgesetzt",
      sentence: "Die gespeicherte Kopplung war beschädigt. Kopple das Gerät neu, um weiterzumachen.",
    },
    "storage-recovered": {
      headline: "Speicher repariert",
      sentence: "Die Kopplung ist erhalten. Tausche die Speicherkarte, falls das wiederkommt.",
    },
    "storage-unreadable": {
      headline: "Speicher\u00ADproblem",
      sentence: "Die gespeicherte Kopplung ist hier nicht lesbar. Kopple das Gerät neu, um weiterzumachen.",
    },
    "identity-changed": {
      headline: "Karte aus anderem Gerät",
      sentence: "Diese Speicherkarte kommt aus einem anderen Gerät. Kopple dieses neu, um weiterzumachen.",
    },
    "display-missing": {
      headline: "Kein Bildschirm",
      sentence: "Die Statusseite funktioniert weiter. Prüfe das Kabel des Bildschirms.",
    },
    "name-not-drawable": {
      headline: "Name nicht darstellbar",
      sentence: "Dem Bildschirm fehlt eine Schrift für den Projektnamen. Die Statusseite zeigt ihn.",
    },
    "qr-too-small": {
      headline: "Zu klein zum Scannen",
      sentence: "Tippe den Code stattdessen ein oder nutze die Statusseite.",
    },
    "page-failing": {
      headline: "Keine Statusseite",
      sentence:
        "Die Statusseite dieses Geräts lässt sich nicht öffnen. Bitte frag die Person, die es eingerichtet hat.",
    },
    "presence-failing": {
      headline: "Als offline angezeigt",
      sentence: "Frame.io zeigt dieses Gerät vielleicht als offline an. Das Gerät versucht es weiter.",
    },
  },
  newCode: {
    press: "Drücke die Taste am Gerät, um einen neuen Code zu erhalten.",
    open: (address) => `Öffne ${address}, um einen neuen Code zu erhalten.`,
  },
  statusPage: (address) => `Statusseite: ${address}`,
  unproven: {
    offline: "Gekoppelt, offline",
    connecting: {
      headline: "Gekoppelt, wird verbunden",
      sentence: "Die Verbindung zu Frame.io wird aufgebaut.",
    },
  },
  clockSays: (time) => `Sie zeigt ${time}. Stelle Datum und Uhrzeit des Geräts ein.`,
  nameElsewhere: "Projekt: siehe Statusseite",
  code: {
    headline: "Mit Frame.io koppeln",
    scanOrOpen: (address) => `Scannen, oder ${address} öffnen und eingeben`,
    open: (address) => `${address} öffnen und eingeben`,
    menu: "In Frame.io unter „C2C\u00A0Connections“ ein Gerät hinzufügen und eingeben",
    choose: "Projekt auswählen",
    check: "Name vergleichen",
    stillPaired: (project) => `Noch gekoppelt mit ${project}`,
  },
  demonstration: "Vorführung",
  button: {
    counting: (seconds) => ({
      headline: `Trennung in ${seconds}`,
      sentence: "Loslassen, um gekoppelt zu bleiben.",
    }),
    kept: { headline: "Weiterhin gekoppelt", sentence: "Die Kopplung bleibt bestehen." },
    unpairing: { headline: "Wird getrennt", sentence: "Gleich geht es weiter." },
    unpaired: { headline: "Getrennt", sentence: "Dieses Gerät ist nicht mehr mit Frame.io verbunden." },
    "not-revoked": {
      headline: "Hier getrennt",
      sentence: "Frame.io war nicht erreichbar. Entferne das Gerät auch dort.",
    },
    "nothing-to-unpair": { headline: "Nicht gekoppelt", sentence: "Es gibt nichts zu trennen." },
  },
  labels: { device: "Gerät", project: "Projekt", code: "Code" },
  actions: { newCode: "Neuer Code", cancel: "Abbrechen", unpair: "Trennen" },
};
