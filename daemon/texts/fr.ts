import type { Texts } from "./texts.ts";

export const fr: Texts = {
  language: "Français",
  states: {
    starting: { headline: "Démarrage", sentence: "Prêt dans un instant." },
    unconfigured: {
      headline: "Pas encore configuré",
      sentence: "Il manque à cet appareil sa clé Frame.io. Adressez-vous à la personne qui l’a configuré.",
    },
    "waiting-for-clock": {
      headline: "Mise à l’heure",
      sentence: "L’heure vient du réseau. Cela peut prendre une minute.",
    },
    "waiting-for-network": {
      headline: "En attente d’Internet",
      sentence: "Vérifiez le Wi-Fi ou le câble réseau de cet appareil.",
    },
    "requesting-code": { headline: "Demande d’un code", sentence: "Prêt dans un instant." },
    "awaiting-user": {
      headline: "Scannez le code",
      sentence: "Scannez le code avec votre téléphone et suivez les étapes.",
    },
    idle: {
      headline: "Non associé",
      sentence: "Lancez l’association sur cet appareil pour obtenir un code.",
    },
    confirming: { headline: "Presque terminé", sentence: "Connecté à Frame.io. Recherche de votre projet." },
    paired: { headline: "Associé", sentence: "Cet appareil est connecté à Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Pas encore configuré",
      sentence: "Il manque à cet appareil sa clé Frame.io. Adressez-vous à la personne qui l’a configuré.",
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
      sentence: "Le réseau est là, mais il ne trouve pas Frame.io. Vérifiez la box ou le routeur.",
    },
    "captive-portal": {
      headline: "Wi-Fi avec connexion",
      sentence: "Ce réseau demande d’abord de se connecter. Utilisez un autre réseau pour cet appareil.",
    },
    "server-unreachable": {
      headline: "Frame.io injoignable",
      sentence: "Vérifiez la connexion Internet. L’appareil continue d’essayer.",
    },
    "server-trouble": {
      headline: "Frame.io est saturé",
      sentence: "Vous n’avez rien à faire. L’appareil continue d’essayer.",
    },
    "tls-refused": {
      headline: "Connexion non sécurisée",
      sentence: "Quelque chose s’interpose sur ce réseau. Utilisez un autre réseau pour cet appareil.",
    },
    "clock-wrong": {
      headline: "L’heure est fausse",
      sentence: "Réglez la date et l’heure de l’appareil ou connectez-le à Internet.",
    },
    "refresh-failing": {
      headline: "Connexion interrompue",
      sentence: "L’appareil reste associé et continue d’essayer. Vérifiez la connexion Internet.",
    },
    "authorization-ended": {
      headline: "Déconnecté dans Frame.io",
      sentence: "Quelqu’un a mis fin à la connexion. Associez de nouveau l’appareil.",
    },
    "authorization-ran-out": {
      headline: "Connexion expirée",
      sentence: "L’appareil est resté trop longtemps hors ligne. Associez-le de nouveau pour continuer.",
    },
    "expiring-soon": {
      headline: "Fin de connexion proche",
      sentence:
        "La date de fin choisie dans Frame.io approche. Associez de nouveau l’appareil pour prolonger.",
    },
    paused: {
      headline: "En pause dans Frame.io",
      sentence: "Réactivez cet appareil dans les connexions C2C du projet.",
    },
    "may-not-upload": {
      headline: "Envois non autorisés",
      sentence:
        "Cette connexion ne permet pas d’envoyer. Associez de nouveau l’appareil et autorisez les envois.",
    },
    "storage-failing": {
      headline: "Problème de stockage",
      sentence:
        "L’association ne peut pas être enregistrée. Vérifiez la carte mémoire ou libérez de l’espace.",
    },
    "storage-replaced": {
      headline: "Stockage réinitialisé",
      sentence:
        "L’association enregistrée était abîmée et a été mise de côté. Associez de nouveau pour continuer.",
    },
    "storage-unreadable": {
      headline: "Problème de stockage",
      sentence: "L’association enregistrée n’est pas lisible ici. Associez de nouveau pour continuer.",
    },
    "identity-changed": {
      headline: "Nouvel appareil",
      sentence: "Cette carte mémoire vient d’un autre appareil. Associez de nouveau pour continuer.",
    },
    "display-missing": {
      headline: "Pas d’écran",
      sentence: "Vérifiez le câble de l’écran. La page d’état fonctionne toujours.",
    },
    "qr-too-small": {
      headline: "Écran trop petit",
      sentence: "Saisissez le code ou utilisez la page d’état.",
    },
  },
  code: {
    scan: "Scannez le code",
    enter: "Associez cet appareil",
    orOpen: (address) => `Ou ouvrez ${address} et saisissez`,
    open: (address) => `Ouvrez ${address} et saisissez`,
    menu: "Dans Frame.io, ajoutez un appareil sous C2C Connections et saisissez",
    timeLeft: (time) => `encore ${time}`,
    compare: (device) => `Frame.io affiche ${device}`,
  },
  button: {
    counting: (seconds) => ({
      headline: `Dissociation dans ${seconds}`,
      sentence: "Relâchez pour rester associé.",
    }),
    kept: { headline: "Toujours associé", sentence: "L’association est conservée." },
    unpairing: { headline: "Dissociation", sentence: "Prêt dans un instant." },
    unpaired: { headline: "Dissocié", sentence: "Cet appareil n’est plus connecté à Frame.io." },
    "not-revoked": {
      headline: "Dissocié ici",
      sentence: "Frame.io n’a pas pu être joint. Retirez-y aussi cet appareil.",
    },
    "nothing-to-unpair": { headline: "Non associé", sentence: "Il n’y a rien à dissocier." },
  },
  labels: { device: "Appareil", project: "Projet", code: "Code", timeLeft: "Temps restant" },
  actions: { pair: "Associer", newCode: "Nouveau code", cancel: "Annuler", unpair: "Dissocier" },
};
