import type { Texts } from "./texts.ts";

export const it: Texts = {
  language: "Italiano",
  states: {
    starting: { headline: "Avvio", sentence: "Pronto tra un attimo." },
    unconfigured: {
      headline: "Non ancora configurato",
      sentence: "A questo dispositivo manca la chiave di Frame.io. Rivolgiti a chi lo ha configurato.",
    },
    "waiting-for-clock": {
      headline: "Regolazione dell’ora",
      sentence: "L’ora arriva dalla rete. Può volerci un minuto.",
    },
    "waiting-for-network": {
      headline: "In attesa di Internet",
      sentence: "Controlla il Wi-Fi o il cavo di rete di questo dispositivo.",
    },
    "requesting-code": { headline: "Richiesta di un codice", sentence: "Pronto tra un attimo." },
    "awaiting-user": {
      headline: "Scansiona il codice",
      sentence: "Scansiona il codice con il telefono e segui i passaggi.",
    },
    idle: {
      headline: "Non abbinato",
      sentence: "Avvia l’abbinamento su questo dispositivo per avere un codice.",
    },
    confirming: { headline: "Autorizzato", sentence: "Ricerca del tuo progetto." },
    paired: { headline: "Abbinato", sentence: "Questo dispositivo è connesso a Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Non ancora configurato",
      sentence: "A questo dispositivo manca la chiave di Frame.io. Rivolgiti a chi lo ha configurato.",
    },
    "secret-unusable": {
      headline: "Chiave illeggibile",
      sentence:
        "La chiave di Frame.io di questo dispositivo non si può aprire. Rivolgiti a chi lo ha configurato.",
    },
    "secret-refused": {
      headline: "Chiave non accettata",
      sentence:
        "Frame.io non ha accettato la chiave di questo dispositivo. Rivolgiti a chi lo ha configurato.",
    },
    "request-refused": {
      headline: "Impostazioni rifiutate",
      sentence:
        "Frame.io non ha accettato le impostazioni di questo dispositivo. Rivolgiti a chi lo ha configurato.",
    },
    "no-network": {
      headline: "Internet assente",
      sentence: "Controlla il Wi-Fi o il cavo di rete di questo dispositivo.",
    },
    "no-dns": {
      headline: "Internet assente",
      sentence: "Frame.io non si trova su questa rete. Controlla il router.",
    },
    "captive-portal": {
      headline: "Il Wi-Fi chiede l’accesso",
      sentence: "Questa rete richiede un accesso. Usa un’altra rete per questo dispositivo.",
    },
    "proxy-refused": {
      headline: "Accesso negato dal proxy",
      sentence:
        "Il proxy di questa rete non lascia passare questo dispositivo. Rivolgiti a chi lo ha configurato.",
    },
    "server-unreachable": {
      headline: "Frame.io non risponde",
      sentence: "Il dispositivo continua a provare. Controlla la connessione a Internet.",
    },
    "server-trouble": {
      headline: "Frame.io è sovraccarico",
      sentence: "Il dispositivo continua a provare. Non devi fare nulla.",
    },
    "unexpected-answer": {
      headline: "Risposta inattesa",
      sentence: "Forse qualcosa su questa rete interferisce. Usa un’altra rete per questo dispositivo.",
    },
    "tls-refused": {
      headline: "Connessione non sicura",
      sentence: "Qualcosa su questa rete interferisce. Usa un’altra rete per questo dispositivo.",
    },
    "clock-wrong": {
      headline: "L’ora è sbagliata",
      sentence: "Imposta data e ora del dispositivo.",
    },
    "refresh-failing": {
      headline: "Connessione interrotta",
      sentence: "Il dispositivo resta abbinato e continua a provare. Controlla la connessione a Internet.",
    },
    "authorization-ended": {
      headline: "Disconnesso in Frame.io",
      sentence: "Qualcuno ha chiuso questa connessione. Abbina di nuovo per continuare.",
    },
    "authorization-ran-out": {
      headline: "Connessione scaduta",
      sentence: "Il dispositivo è rimasto offline troppo a lungo. Abbinalo di nuovo per continuare.",
    },
    "expiring-soon": {
      headline: "La connessione sta per scadere",
      sentence: "La scadenza fissata in Frame.io è vicina. Abbina di nuovo per prolungarla.",
    },
    paused: {
      headline: "In pausa in Frame.io",
      sentence: "Riattiva questo dispositivo nelle C2C\u00A0Connections del progetto.",
    },
    "may-not-upload": {
      headline: "Caricamenti non permessi",
      sentence: "Questa connessione non permette di caricare file. Abbina di nuovo e consenti i caricamenti.",
    },
    "pairing-unsaved": {
      headline: "Abbinamento non salvato",
      sentence: "Va perso se manca la corrente. Controlla la scheda di memoria o libera spazio.",
    },
    "storage-failing": {
      headline: "Problema di memoria",
      sentence: "L’abbinamento non si può salvare. Controlla la scheda di memoria o libera spazio.",
    },
    "storage-replaced": {
      headline: "Memoria ripristinata",
      sentence: "L’abbinamento salvato era danneggiato. Abbina di nuovo per continuare.",
    },
    "storage-recovered": {
      headline: "Memoria riparata",
      sentence: "L’abbinamento è al sicuro. Cambia la scheda di memoria se succede di nuovo.",
    },
    "storage-unreadable": {
      headline: "Problema di memoria",
      sentence: "L’abbinamento salvato qui non si può leggere. Abbina di nuovo per continuare.",
    },
    "identity-changed": {
      headline: "Scheda di un altro dispositivo",
      sentence: "Questa scheda di memoria viene da un altro dispositivo. Abbina di nuovo per continuare.",
    },
    "display-missing": {
      headline: "Schermo assente",
      sentence: "La pagina di stato funziona ancora. Controlla il cavo dello schermo.",
    },
    "name-not-drawable": {
      headline: "Nome non visualizzabile",
      sentence: "Allo schermo manca un font per il nome del progetto. La pagina di stato lo mostra.",
    },
    "qr-too-small": {
      headline: "Schermo troppo piccolo",
      sentence: "Inserisci il codice o usa la pagina di stato.",
    },
    "page-failing": {
      headline: "Pagina di stato assente",
      sentence:
        "La pagina di stato di questo dispositivo non si può aprire. Rivolgiti a chi lo ha configurato.",
    },
    "presence-failing": {
      headline: "Risulta offline",
      sentence: "Frame.io forse mostra questo dispositivo offline. Il dispositivo continua a provare.",
    },
  },
  newCode: {
    press: "Premi il pulsante di questo dispositivo per avere un codice.",
    open: (address) => `Apri ${address} per avere un codice.`,
  },
  statusPage: (address) => `Pagina di stato: ${address}`,
  unproven: {
    offline: "Abbinato, offline",
    connecting: { headline: "Abbinato, in connessione", sentence: "Connessione a Frame.io." },
  },
  clockSays: (time) => `Il dispositivo segna ${time}. Imposta data e ora.`,
  demonstration: "Dimostrazione",
  nameElsewhere: "Progetto: vedi la pagina di stato",
  code: {
    headline: "Abbina con Frame.io",
    scanOrOpen: (address) => `Scansiona, o apri ${address} e inserisci`,
    open: (address) => `Apri ${address} e inserisci`,
    menu: "In Frame.io, aggiungi un dispositivo in C2C\u00A0Connections e inserisci",
    choose: "Scegli il progetto",
    check: "Controlla il nome",
    stillPaired: (project) => `Ancora abbinato a ${project}`,
  },
  button: {
    counting: (seconds) => ({
      headline: `Disabbinamento tra ${seconds}`,
      sentence: "Rilascia per restare abbinato.",
    }),
    kept: { headline: "Ancora abbinato", sentence: "L’abbinamento resta valido." },
    unpairing: { headline: "Disabbinamento", sentence: "Pronto tra un attimo." },
    unpaired: { headline: "Disabbinato", sentence: "Questo dispositivo non è più connesso a Frame.io." },
    "not-revoked": {
      headline: "Disabbinato qui",
      sentence: "Frame.io non è raggiungibile. Rimuovi il dispositivo anche lì.",
    },
    "nothing-to-unpair": { headline: "Non abbinato", sentence: "Non c’è nulla da disabbinare." },
  },
  labels: { device: "Dispositivo", project: "Progetto", code: "Codice" },
  actions: { newCode: "Nuovo codice", cancel: "Annulla", unpair: "Disabbina" },
};
