import type { Texts } from "./texts.ts";

export const pt: Texts = {
  language: "Português",
  states: {
    starting: { headline: "Iniciando", sentence: "Fica pronto em instantes." },
    unconfigured: {
      headline: "Falta configurar",
      sentence: "Este dispositivo ainda não tem a chave do Frame.io. Fale com quem o configurou.",
    },
    "waiting-for-clock": {
      headline: "Acertando o relógio",
      sentence: "A hora vem da rede. Pode levar um minuto.",
    },
    "waiting-for-network": {
      headline: "Aguardando internet",
      sentence: "Verifique o Wi-Fi ou o cabo de rede deste dispositivo.",
    },
    "requesting-code": { headline: "Obtendo um código", sentence: "Fica pronto em instantes." },
    "awaiting-user": {
      headline: "Leia o código",
      sentence: "Leia o código com o celular e siga os passos.",
    },
    idle: {
      headline: "Não pareado",
      sentence: "Inicie o pareamento neste dispositivo para obter um código.",
    },
    confirming: { headline: "Autorizado", sentence: "Buscando seu projeto." },
    paired: { headline: "Pareado", sentence: "Este dispositivo está conectado ao Frame.io." },
  },
  problems: {
    "secret-missing": {
      headline: "Falta configurar",
      sentence: "Este dispositivo ainda não tem a chave do Frame.io. Fale com quem o configurou.",
    },
    "secret-unusable": {
      headline: "Chave ilegível",
      sentence: "A chave do Frame.io deste dispositivo não pode ser aberta. Fale com quem o configurou.",
    },
    "secret-refused": {
      headline: "Chave não aceita",
      sentence: "O Frame.io não aceitou a chave deste dispositivo. Fale com quem o configurou.",
    },
    "request-refused": {
      headline: "Ajustes não aceitos",
      sentence: "O Frame.io não aceitou os ajustes deste dispositivo. Fale com quem o configurou.",
    },
    "no-network": {
      headline: "Sem internet",
      sentence: "Verifique o Wi-Fi ou o cabo de rede deste dispositivo.",
    },
    "no-dns": {
      headline: "Sem internet",
      sentence: "O Frame.io não foi encontrado nesta rede. Verifique o roteador.",
    },
    "captive-portal": {
      headline: "O Wi-Fi pede login",
      sentence: "Esta rede exige login. Use outra rede para este dispositivo.",
    },
    "proxy-refused": {
      headline: "Acesso negado pelo proxy",
      sentence: "O proxy desta rede não deixa este dispositivo passar. Fale com quem o configurou.",
    },
    "server-unreachable": {
      headline: "Frame.io não responde",
      sentence: "O dispositivo continua tentando. Verifique a conexão com a internet.",
    },
    "server-trouble": {
      headline: "Frame.io sobrecarregado",
      sentence: "O dispositivo continua tentando. Não é preciso fazer nada.",
    },
    "unexpected-answer": {
      headline: "Resposta inesperada",
      sentence: "Algo nesta rede pode estar interferindo. Use outra rede para este dispositivo.",
    },
    "tls-refused": {
      headline: "Conexão não segura",
      sentence: "Algo nesta rede está interferindo. Use outra rede para este dispositivo.",
    },
    "clock-wrong": {
      headline: "O relógio está errado",
      sentence: "Acerte a data e a hora do dispositivo.",
    },
    "refresh-failing": {
      headline: "Conexão interrompida",
      sentence: "O dispositivo segue pareado e continua tentando. Verifique a conexão com a internet.",
    },
    "authorization-ended": {
      headline: "Desconectado no Frame.io",
      sentence: "Alguém encerrou esta conexão. Pareie de novo para continuar.",
    },
    "authorization-ran-out": {
      headline: "A conexão expirou",
      sentence: "O dispositivo ficou tempo demais sem conexão. Pareie de novo para continuar.",
    },
    "expiring-soon": {
      headline: "A conexão expira em breve",
      sentence: "A data de expiração definida no Frame.io está próxima. Pareie de novo para adiá-la.",
    },
    paused: {
      headline: "Em pausa no Frame.io",
      sentence: "Retome este dispositivo em C2C\u00A0Connections, no projeto.",
    },
    "may-not-upload": {
      headline: "Envios não permitidos",
      sentence: "Esta conexão não permite enviar arquivos. Pareie de novo e permita os envios.",
    },
    "pairing-unsaved": {
      headline: "Pareamento não salvo",
      sentence: "Ele se perde se faltar energia. Libere espaço ou verifique o cartão de memória.",
    },
    "storage-failing": {
      headline: "Problema de memória",
      sentence: "O pareamento não pode ser salvo. Libere espaço ou verifique o cartão de memória.",
    },
    "storage-replaced": {
      headline: "Memória redefinida",
      sentence: "O pareamento salvo estava danificado. Pareie de novo para continuar.",
    },
    "storage-recovered": {
      headline: "Memória reparada",
      sentence: "O pareamento está a salvo. Troque o cartão de memória se isso se repetir.",
    },
    "storage-unreadable": {
      headline: "Problema de memória",
      sentence: "O pareamento salvo não pode ser lido aqui. Pareie de novo para continuar.",
    },
    "identity-changed": {
      headline: "Cartão de outro dispositivo",
      sentence: "Este cartão de memória veio de outro dispositivo. Pareie de novo para continuar.",
    },
    "display-missing": {
      headline: "Sem tela",
      sentence: "A página de status continua funcionando. Verifique o cabo da tela.",
    },
    "name-not-drawable": {
      headline: "Nome não exibível",
      sentence: "Falta à tela uma fonte para o nome do projeto. A página de status o mostra.",
    },
    "qr-too-small": {
      headline: "Tela muito pequena",
      sentence: "Digite o código ou use a página de status.",
    },
    "page-failing": {
      headline: "Sem página de status",
      sentence: "A página de status deste dispositivo não pode ser aberta. Fale com quem o configurou.",
    },
    "presence-failing": {
      headline: "Aparece offline",
      sentence: "O Frame.io talvez mostre este dispositivo offline. O dispositivo continua tentando.",
    },
  },
  newCode: {
    press: "Pressione o botão deste dispositivo para obter um código.",
    open: (address) => `Abra ${address} para obter um código.`,
  },
  statusPage: (address) => `Página de status: ${address}`,
  unproven: {
    offline: "Pareado, offline",
    connecting: { headline: "Pareado, conectando", sentence: "Conectando ao Frame.io." },
  },
  clockSays: (time) => `Ele marca ${time}. Acerte a data e a hora do dispositivo.`,
  demonstration: "Demonstração",
  nameElsewhere: "Projeto: veja a página de status",
  code: {
    headline: "Parear com o Frame.io",
    scanOrOpen: (address) => `Leia, ou abra ${address} e digite`,
    open: (address) => `Abra ${address} e digite`,
    menu: "No Frame.io, adicione um dispositivo em C2C\u00A0Connections e digite",
    choose: "Escolha o projeto",
    check: "Confira o nome",
    stillPaired: (project) => `Ainda pareado com ${project}`,
  },
  button: {
    counting: (seconds) => ({
      headline: `Despareia em ${seconds}`,
      sentence: "Solte para continuar pareado.",
    }),
    kept: { headline: "Continua pareado", sentence: "O pareamento foi mantido." },
    unpairing: { headline: "Despareando", sentence: "Fica pronto em instantes." },
    unpaired: {
      headline: "Despareado",
      sentence: "Este dispositivo não está mais conectado ao Frame.io.",
    },
    "not-revoked": {
      headline: "Despareado aqui",
      sentence: "O Frame.io não pôde ser contatado. Remova o dispositivo também lá.",
    },
    "nothing-to-unpair": { headline: "Não pareado", sentence: "Não há nada para desparear." },
  },
  labels: { device: "Dispositivo", project: "Projeto", code: "Código" },
  actions: { newCode: "Novo código", cancel: "Cancelar", unpair: "Desparear" },
};
