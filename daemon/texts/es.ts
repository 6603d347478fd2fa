import type { Texts } from "./texts.ts";

export const es: Texts = {
  language: "Español",
  states: {
    starting: { headline: "Iniciando", sentence: "Estará listo en un momento." },
    unconfigured: {
      headline: "Falta configurar",
      sentence: "A este dispositivo aún le falta su clave de Frame.io. Consulta a quien lo configuró.",
    },
    "waiting-for-clock": {
      headline: "Ajustando la hora",
      sentence: "La hora llega por la red. Puede tardar un minuto.",
    },
    "waiting-for-network": {
      headline: "Esperando internet",
      sentence: "Revisa el wifi o el cable de red de este dispositivo.",
    },
    "requesting-code": { headline: "Obteniendo un código", sentence: "Estará listo en un momento." },
    "awaiting-user": {
      headline: "Escanea el código",
      sentence: "Escanea el código con el móvil y sigue los pasos.",
    },
    idle: {
      headline: "Sin vincular",
      sentence: "Inicia la vinculación en este dispositivo para obtener un código.",
    },
    confirming: { headline: "Casi listo", sentence: "Conectado a Frame.io. Buscando tu proyecto." },
    paired: { headline: "Vinculado", sentence: "Este dispositivo está conectado a Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Falta configurar",
      sentence: "A este dispositivo aún le falta su clave de Frame.io. Consulta a quien lo configuró.",
    },
    "secret-refused": {
      headline: "Clave no aceptada",
      sentence: "Frame.io no aceptó la clave de este dispositivo. Consulta a quien lo configuró.",
    },
    "request-refused": {
      headline: "Ajustes no aceptados",
      sentence: "Frame.io no aceptó los ajustes de este dispositivo. Consulta a quien lo configuró.",
    },
    "no-network": {
      headline: "Sin internet",
      sentence: "Revisa el wifi o el cable de red de este dispositivo.",
    },
    "no-dns": {
      headline: "Sin internet",
      sentence: "Hay red, pero no encuentra Frame.io. Revisa el router.",
    },
    "captive-portal": {
      headline: "El wifi pide acceso",
      sentence: "Esta red pide iniciar sesión primero. Usa otra red para este dispositivo.",
    },
    "server-unreachable": {
      headline: "Frame.io no responde",
      sentence: "Revisa la conexión a internet. El dispositivo lo sigue intentando.",
    },
    "server-trouble": {
      headline: "Frame.io está ocupado",
      sentence: "No tienes que hacer nada. El dispositivo lo sigue intentando.",
    },
    "tls-refused": {
      headline: "Conexión no segura",
      sentence: "Algo en esta red se interpone. Usa otra red para este dispositivo.",
    },
    "clock-wrong": {
      headline: "La hora no es correcta",
      sentence: "Ajusta la fecha y la hora del dispositivo o conéctalo a internet.",
    },
    "refresh-failing": {
      headline: "Conexión interrumpida",
      sentence: "El dispositivo sigue vinculado y lo sigue intentando. Revisa la conexión a internet.",
    },
    "authorization-ended": {
      headline: "Desconectado en Frame.io",
      sentence: "Alguien cerró esta conexión. Vuelve a vincular el dispositivo para seguir.",
    },
    "authorization-ran-out": {
      headline: "La conexión caducó",
      sentence: "El dispositivo estuvo sin conexión demasiado tiempo. Vuelve a vincularlo para seguir.",
    },
    "expiring-soon": {
      headline: "La conexión acaba pronto",
      sentence: "Se acerca la fecha final fijada en Frame.io. Vuelve a vincular para ampliarla.",
    },
    paused: {
      headline: "En pausa en Frame.io",
      sentence: "Reanuda este dispositivo en las conexiones C2C del proyecto.",
    },
    "may-not-upload": {
      headline: "Subidas no permitidas",
      sentence: "Esta conexión no puede subir archivos. Vuelve a vincular y permite las subidas.",
    },
    "storage-failing": {
      headline: "Problema de memoria",
      sentence: "No se puede guardar la vinculación. Revisa la tarjeta de memoria o libera espacio.",
    },
    "storage-replaced": {
      headline: "Memoria restablecida",
      sentence: "La vinculación guardada estaba dañada y se apartó. Vuelve a vincular para seguir.",
    },
    "storage-unreadable": {
      headline: "Problema de memoria",
      sentence: "La vinculación guardada no se puede leer aquí. Vuelve a vincular para seguir.",
    },
    "identity-changed": {
      headline: "Dispositivo nuevo",
      sentence: "Esta tarjeta de memoria viene de otro dispositivo. Vuelve a vincular para seguir.",
    },
    "display-missing": {
      headline: "Sin pantalla",
      sentence: "Revisa el cable de la pantalla. La página de estado sigue funcionando.",
    },
    "qr-too-small": {
      headline: "Pantalla muy pequeña",
      sentence: "Escribe el código o usa la página de estado.",
    },
  },
  code: {
    scan: "Escanea el código",
    enter: "Vincula el dispositivo",
    orOpen: (address) => `O abre ${address} y escribe`,
    open: (address) => `Abre ${address} y escribe`,
    menu: "En Frame.io, añade un dispositivo en C2C Connections y escribe",
    timeLeft: (time) => `quedan ${time}`,
    compare: (device) => `Frame.io muestra ${device}`,
  },
  button: {
    counting: (seconds) => ({
      headline: `Se desvincula en ${seconds}`,
      sentence: "Suelta para seguir vinculado.",
    }),
    kept: { headline: "Sigue vinculado", sentence: "La vinculación se conserva." },
    unpairing: { headline: "Desvinculando", sentence: "Estará listo en un momento." },
    unpaired: { headline: "Desvinculado", sentence: "Este dispositivo ya no está conectado a Frame.io." },
    "not-revoked": {
      headline: "Desvinculado aquí",
      sentence: "No se pudo contactar con Frame.io. Quita el dispositivo también allí.",
    },
    "nothing-to-unpair": { headline: "Sin vincular", sentence: "No hay nada que desvincular." },
  },
  labels: { device: "Dispositivo", project: "Proyecto", code: "Código", timeLeft: "Tiempo restante" },
  actions: { pair: "Vincular", newCode: "Código nuevo", cancel: "Cancelar", unpair: "Desvincular" },
};
