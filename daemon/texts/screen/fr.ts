import type { Texts } from "./texts.ts";

export const fr: Texts = {
  language: "Français",
  states: {
    starting: { headline: "Démarrage", sentence: "Prêt dans un instant." },
    unconfigured: {
      headline: "Pas encore configuré",
      sentence: "La clé Frame.io manque sur cet appareil. Adressez-vous à la personne qui l’a configuré.",
    },
    "waiting-for-clock": {
      headline: "Mise à l’heure",
      sentence: "L’heure vient du réseau. Cela peut prendre une minute.",
    },
    "waiting-for-network": {
      headline: "En attente d’Internet",
      sentence: "Vérifiez le Wi-Fi ou le câble réseau de cet appareil.",
    },
    "requesting-code": { headline: "Obtention d’un code", sentence: "Prêt dans un instant." },
    "awaiting-user": {
      headline: "Scannez le code",
      sentence: "Scannez le code avec votre téléphone et suivez les étapes.",
    },
    idle: {
      headline: "Non couplé",
      sentence: "Lancez le couplage sur cet appareil pour obtenir un code.",
    },
    confirming: { headline: "Autorisé", sentence: "Recherche de votre projet." },
    paired: { headline: "Couplé", sentence: "Cet appareil est connecté à Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Pas encore configuré",
      sentence: "La clé Frame.io manque sur cet appareil. Adressez-vous à la personne qui l’a configuré.",
    },
    "secret-unusable": {
      headline: "Clé illisible",
      sentence:
        "La clé Frame.io de cet appareil ne peut pas être ouverte. Adressez-vous à la personne qui l’a configuré.",
    },
    "secret-refused": {
      headline: "Clé refusée",
      sentence:
        "Frame.io n’accepte pas la clé de cet appareil. Adressez-vous à la personne qui l’a configuré.",
    },
    "request-refused": {
      headline: "Réglages refusés",
      sentence:
        "Frame.io n’accepte pas les réglages de cet appareil. Adressez-vous à la personne qui l’a configuré.",
    },
    "no-network": {
      headline: "Pas d’Internet",
      sentence: "Vérifiez le Wi-Fi ou le câble réseau de cet appareil.",
    },
    "no-dns": {
      headline: "Pas d’Internet",
      sentence: "Frame.io est introuvable sur ce réseau. Vérifiez la box ou le routeur.",
    },
    "captive-portal": {
      headline: "Identification Wi-Fi requise",
      sentence: "Ce réseau exige une identification. Utilisez un autre réseau pour cet appareil.",
    },
    "proxy-refused": {
      headline: "Accès refusé par le proxy",
      sentence:
        "Le proxy de ce réseau ne laisse pas passer cet appareil. Adressez-vous à la personne qui l’a configuré.",
    },
    "server-unreachable": {
      headline: "Frame.io injoignable",
      sentence: "L’appareil continue d’essayer. Vérifiez la connexion Internet.",
    },
    "server-trouble": {
      headline: "Frame.io est saturé",
      sentence: "L’appareil continue d’essayer. Vous n’avez rien à faire.",
    },
    "unexpected-answer": {
      headline: "Réponse inattendue",
      sentence:
        "Quelque chose s’interpose peut-être sur ce réseau. Utilisez un autre réseau pour cet appareil.",
    },
    "tls-refused": {
      headline: "Connexion non sécurisée",
      sentence: "Quelque chose s’interpose sur ce réseau. Utilisez un autre réseau pour cet appareil.",
    },
    "clock-wrong": {
      headline: "L’heure est incorrecte",
      sentence: "Réglez la date et l’heure de l’appareil.",
    },
    "refresh-failing": {
      headline: "Connexion interrompue",
      sentence: "L’appareil reste couplé et continue d’essayer. Vérifiez la connexion Internet.",
    },
    "authorization-ended": {
      headline: "Déconnecté dans Frame.io",
      sentence: "Quelqu’un a mis fin à la connexion. Couplez de nouveau l’appareil.",
    },
    "authorization-ran-out": {
      headline: "Connexion expirée",
      sentence: "L’appareil est resté trop longtemps hors ligne. Couplez-le de nouveau pour continuer.",
    },
    "expiring-soon": {
      headline: "Connexion bientôt expirée",
      sentence:
        "La date d’expiration fixée dans Frame.io approche. Couplez de nouveau l’appareil pour la repousser.",
    },
    paused: {
      headline: "En pause dans Frame.io",
      sentence: "Relancez cet appareil dans les C2C\u00A0Connections du projet.",
    },
    "may-not-upload": {
      headline: "Envois non autorisés",
      sentence:
        "Cette connexion ne permet pas l’envoi. Couplez de nouveau l’appareil et autorisez les envois.",
    },
    "pairing-unsaved": {
      headline: "Couplage non enregistré",
      sentence: "Une coupure de courant l’effacera. Vérifiez la carte mémoire ou libérez de l’espace.",
    },
    "storage-failing": {
      headline: "Problème de stockage",
      sentence: "Le couplage ne peut pas être enregistré. Vérifiez la carte mémoire ou libérez de l’espace.",
    },
    "storage-replaced": {
      headline: "Stockage réinitialisé",
      sentence: "Le couplage enregistré était endommagé. Couplez de nouveau l’appareil pour continuer.",
    },
    "storage-recovered": {
      headline: "Stockage réparé",
      sentence: "Le couplage est conservé. Remplacez la carte mémoire si cela se reproduit.",
    },
    "storage-unreadable": {
      headline: "Problème de stockage",
      sentence: "Le couplage enregistré n’est pas lisible ici. Couplez de nouveau l’appareil pour continuer.",
    },
    "identity-changed": {
      headline: "Carte d’un autre appareil",
      sentence: "Cette carte mémoire vient d’un autre appareil. Couplez de nouveau celui-ci pour continuer.",
    },
    "display-missing": {
      headline: "Pas d’écran",
      sentence: "La page d’état fonctionne toujours. Vérifiez le câble de l’écran.",
    },
    "name-not-drawable": {
      headline: "Nom non affichable",
      sentence: "Il manque à l’écran une police pour le nom du projet. La page d’état l’affiche.",
    },
    "qr-too-small": {
      headline: "Écran trop petit",
      sentence: "Saisissez le code ou utilisez la page d’état.",
    },
    "page-failing": {
      headline: "Pas de page d’état",
      sentence:
        "La page d’état de cet appareil ne peut pas être ouverte. Adressez-vous à la personne qui l’a configuré.",
    },
    "presence-failing": {
      headline: "Affiché hors ligne",
      sentence: "Frame.io affiche peut-être cet appareil hors ligne. L’appareil continue d’essayer.",
    },
  },
  newCode: {
    press: "Appuyez sur le bouton de cet appareil pour obtenir un code.",
    open: (address) => `Ouvrez ${address} pour obtenir un code.`,
  },
  statusPage: (address) => `Page d’état\u00A0: ${address}`,
  unproven: {
    offline: "Couplé, hors ligne",
    connecting: { headline: "Couplé, connexion en cours", sentence: "Connexion à Frame.io." },
  },
  clockSays: (time) => `L’appareil indique ${time}. Réglez sa date et son heure.`,
  nameElsewhere: "Projet : voir la page d’état",
  code: {
    headline: "Coupler avec Frame.io",
    scanOrOpen: (address) => `Scannez, ou ouvrez ${address} et saisissez`,
    open: (address) => `Ouvrez ${address} et saisissez`,
    menu: "Dans Frame.io, ajoutez un appareil sous C2C\u00A0Connections et saisissez",
    choose: "Choisissez le projet",
    check: "Vérifiez le nom",
    stillPaired: (project) => `Encore couplé avec ${project}`,
  },
  demonstration: "Démonstration",
  button: {
    counting: (seconds) => ({
      headline: `Découplage dans ${seconds}`,
      sentence: "Relâchez pour rester couplé.",
    }),
    kept: { headline: "Toujours couplé", sentence: "Le couplage est conservé." },
    unpairing: { headline: "Découplage en cours", sentence: "Prêt dans un instant." },
    unpaired: { headline: "Découplé", sentence: "Cet appareil n’est plus connecté à Frame.io." },
    "not-revoked": {
      headline: "Découplé ici",
      sentence: "Frame.io n’a pas pu être joint. Retirez-y aussi cet appareil.",
    },
    "nothing-to-unpair": { headline: "Non couplé", sentence: "Il n’y a rien à découpler." },
  },
  labels: { device: "Appareil", project: "Projet", code: "Code" },
  actions: { newCode: "Nouveau code", cancel: "Annuler", unpair: "Découpler" },
};
