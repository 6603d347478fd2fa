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
      sentence: "Escanea el código con el teléfono y sigue los pasos.",
    },
    idle: {
      headline: "Sin emparejar",
      sentence: "Inicia el emparejamiento en este dispositivo para obtener un código.",
    },
    confirming: { headline: "Autorizado", sentence: "Buscando tu proyecto." },
    paired: { headline: "Emparejado", sentence: "Este dispositivo está conectado a Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Falta configurar",
      sentence: "A este dispositivo aún le falta su clave de Frame.io. Consulta a quien lo configuró.",
    },
    "secret-unusable": {
      headline: "Clave ilegible",
      sentence: "No se puede abrir la clave de Frame.io de este dispositivo. Consulta a quien lo configuró.",
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
      sentence: "En esta red no se encuentra Frame.io. Revisa el router.",
    },
    "captive-portal": {
      headline: "El wifi pide iniciar sesión",
      sentence: "Esta red exige iniciar sesión. Usa otra red para este dispositivo.",
    },
    "proxy-refused": {
      headline: "El proxy deniega el acceso",
      sentence: "El proxy de esta red no deja pasar este dispositivo. Consulta a quien lo configuró.",
    },
    "server-unreachable": {
      headline: "Frame.io no responde",
      sentence: "El dispositivo lo sigue intentando. Revisa la conexión a internet.",
    },
    "server-trouble": {
      headline: "Frame.io está saturado",
      sentence: "El dispositivo lo sigue intentando. No tienes que hacer nada.",
    },
    "unexpected-answer": {
      headline: "Respuesta inesperada",
      sentence: "Puede que algo en esta red se interponga. Usa otra red para este dispositivo.",
    },
    "tls-refused": {
      headline: "Conexión no segura",
      sentence: "Algo en esta red se interpone. Usa otra red para este dispositivo.",
    },
    "clock-wrong": {
      headline: "La hora no es correcta",
      sentence: "Ajusta la fecha y la hora del dispositivo.",
    },
    "refresh-failing": {
      headline: "Conexión interrumpida",
      sentence: "El dispositivo sigue emparejado y lo vuelve a intentar. Revisa la conexión a internet.",
    },
    "authorization-ended": {
      headline: "Desconectado en Frame.io",
      sentence: "Alguien finalizó esta conexión. Vuelve a emparejar para continuar.",
    },
    "authorization-ran-out": {
      headline: "La conexión caducó",
      sentence: "El dispositivo estuvo sin conexión demasiado tiempo. Vuelve a emparejarlo para continuar.",
    },
    "expiring-soon": {
      headline: "La conexión caduca pronto",
      sentence: "Se acerca la fecha de caducidad fijada en Frame.io. Vuelve a emparejar para ampliarla.",
    },
    paused: {
      headline: "En pausa en Frame.io",
      sentence: "Reanuda este dispositivo en las C2C\u00A0Connections del proyecto.",
    },
    "may-not-upload": {
      headline: "Subidas no permitidas",
      sentence: "Esta conexión no permite subir archivos. Vuelve a emparejar y permite las subidas.",
    },
    "pairing-unsaved": {
      headline: "Emparejamiento sin guardar",
      sentence: "Se perderá si se va la corriente. Revisa la tarjeta de memoria o libera espacio.",
    },
    "storage-failing": {
      headline: "Problema de memoria",
      sentence: "No se puede guardar el emparejamiento. Revisa la tarjeta de memoria o libera espacio.",
    },
    "storage-replaced": {
      headline: "Memoria restablecida",
      sentence: "El emparejamiento guardado estaba dañado. Vuelve a emparejar para continuar.",
    },
    "storage-recovered": {
      headline: "Memoria reparada",
      sentence: "El emparejamiento se conserva. Cambia la tarjeta de memoria si vuelve a ocurrir.",
    },
    "storage-unreadable": {
      headline: "Problema de memoria",
      sentence: "El emparejamiento guardado no se puede leer aquí. Vuelve a emparejar para continuar.",
    },
    "identity-changed": {
      headline: "Tarjeta de otro dispositivo",
      sentence: "Esta tarjeta de memoria viene de otro dispositivo. Vuelve a emparejar para continuar.",
    },
    "display-missing": {
      headline: "Sin pantalla",
      sentence: "La página de estado sigue funcionando. Revisa el cable de la pantalla.",
    },
    "name-not-drawable": {
      headline: "Nombre no visible",
      sentence:
        "A la pantalla le falta una fuente para el nombre del proyecto. La página de estado lo muestra.",
    },
    "qr-too-small": {
      headline: "Pantalla muy pequeña",
      sentence: "Escribe el código o usa la página de estado.",
    },
    "page-failing": {
      headline: "Sin página de estado",
      sentence: "No se puede abrir la página de estado de este dispositivo. Consulta a quien lo configuró.",
    },
    "presence-failing": {
      headline: "Aparece sin conexión",
      sentence:
        "Es posible que Frame.io muestre este dispositivo sin conexión. El dispositivo lo sigue intentando.",
    },
  },
  newCode: {
    press: "Pulsa el botón de este dispositivo para obtener un código.",
    open: (address) => `Abre ${address} para obtener un código.`,
  },
  statusPage: (address) => `Página de estado: ${address}`,
  unproven: {
    offline: "Emparejado, sin conexión",
    connecting: { headline: "Emparejado, conectando", sentence: "Conectando con Frame.io." },
  },
  clockSays: (time) => `Marca ${time}. Ajusta la fecha y la hora del dispositivo.`,
  nameElsewhere: "Proyecto: consulta la página de estado",
  code: {
    headline: "Emparejar con Frame.io",
    scanOrOpen: (address) => `Escanea, o abre ${address} y escribe`,
    open: (address) => `Abre ${address} y escribe`,
    menu: "En Frame.io, añade un dispositivo en C2C\u00A0Connections y escribe",
    choose: "Elige el proyecto",
    check: "Comprueba el nombre",
    stillPaired: (project) => `Sigue emparejado con ${project}`,
  },
  demonstration: "Demostración",
  button: {
    counting: (seconds) => ({
      headline: `Se desempareja en ${seconds}`,
      sentence: "Suelta para seguir emparejado.",
    }),
    kept: { headline: "Sigue emparejado", sentence: "El emparejamiento se conserva." },
    unpairing: { headline: "Desemparejando", sentence: "Estará listo en un momento." },
    unpaired: { headline: "Desemparejado", sentence: "Este dispositivo ya no está conectado a Frame.io." },
    "not-revoked": {
      headline: "Desemparejado aquí",
      sentence: "No se pudo contactar con Frame.io. Quita el dispositivo también allí.",
    },
    "nothing-to-unpair": { headline: "Sin emparejar", sentence: "No hay nada que desemparejar." },
  },
  labels: { device: "Dispositivo", project: "Proyecto", code: "Código" },
  actions: { newCode: "Código nuevo", cancel: "Cancelar", unpair: "Desemparejar" },
};
