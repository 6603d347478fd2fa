import type { Texts } from "./texts.ts";

export const ko: Texts = {
  language: "한국어",
  states: {
    starting: { headline: "시작하는 중", sentence: "잠시만 기다려 주세요." },
    unconfigured: {
      headline: "설정되지 않음",
      sentence: "이 기기에 아직 Frame.io 키가 없습니다. 설정한 담당자에게 문의하세요.",
    },
    "waiting-for-clock": {
      headline: "시간 설정 중",
      sentence: "네트워크에서 시간을 가져옵니다. 1분쯤 걸릴 수 있습니다.",
    },
    "waiting-for-network": {
      headline: "인터넷 연결 대기 중",
      sentence: "이 기기의 Wi-Fi나 네트워크 케이블을 확인하세요.",
    },
    "requesting-code": { headline: "코드 받는 중", sentence: "잠시만 기다려 주세요." },
    "awaiting-user": {
      headline: "스캔하여 페어링",
      sentence: "휴대전화로 코드를 스캔하고 안내를 따르세요.",
    },
    idle: {
      headline: "페어링되지 않음",
      sentence: "이 기기에서 페어링을 시작하면 새 코드가 나옵니다.",
    },
    confirming: { headline: "승인됨", sentence: "프로젝트를 찾고 있습니다." },
    paired: { headline: "페어링됨", sentence: "이 기기는 Frame.io에 연결되어 있습니다." },
  },
  problems: {
    "secret-missing": {
      headline: "설정되지 않음",
      sentence: "이 기기에 아직 Frame.io 키가 없습니다. 설정한 담당자에게 문의하세요.",
    },
    "secret-unusable": {
      headline: "키를 열 수 없음",
      sentence: "이 기기의 Frame.io 키를 열 수 없습니다. 설정한 담당자에게 문의하세요.",
    },
    "secret-refused": {
      headline: "키가 거부됨",
      sentence: "Frame.io가 이 기기의 키를 받지 않습니다. 설정한 담당자에게 문의하세요.",
    },
    "request-refused": {
      headline: "설정이 거부됨",
      sentence: "Frame.io가 이 기기의 설정을 받지 않습니다. 설정한 담당자에게 문의하세요.",
    },
    "no-network": {
      headline: "인터넷 연결 없음",
      sentence: "이 기기의 Wi-Fi나 네트워크 케이블을 확인하세요.",
    },
    "no-dns": {
      headline: "인터넷 연결 없음",
      sentence: "이 네트워크에서 Frame.io를 찾을 수 없습니다. 공유기를 확인하세요.",
    },
    "captive-portal": {
      headline: "Wi-Fi 로그인 필요",
      sentence: "이 네트워크는 먼저 로그인해야 합니다. 이 기기에는 다른 네트워크를 사용하세요.",
    },
    "proxy-refused": {
      headline: "프록시가 거부함",
      sentence: "이 네트워크의 프록시가 이 기기를 막고 있습니다. 설정한 담당자에게 문의하세요.",
    },
    "server-unreachable": {
      headline: "Frame.io에 연결 안 됨",
      sentence: "기기가 계속 다시 시도합니다. 인터넷 연결을 확인하세요.",
    },
    "server-trouble": {
      headline: "Frame.io가 혼잡함",
      sentence: "기기가 계속 다시 시도합니다. 따로 하실 일은 없습니다.",
    },
    "unexpected-answer": {
      headline: "예상과 다른 응답",
      sentence: "이 네트워크가 통신을 방해하는 것 같습니다. 이 기기에는 다른 네트워크를 사용하세요.",
    },
    "tls-refused": {
      headline: "안전하지 않은 연결",
      sentence: "이 네트워크가 통신을 방해하고 있습니다. 이 기기에는 다른 네트워크를 사용하세요.",
    },
    "clock-wrong": {
      headline: "시간이 맞지 않음",
      sentence: "이 기기의 날짜와 시간을 설정하세요.",
    },
    "refresh-failing": {
      headline: "연결이 끊김",
      sentence: "페어링은 유지되며 기기가 계속 다시 시도합니다. 인터넷 연결을 확인하세요.",
    },
    "authorization-ended": {
      headline: "Frame.io에서 연결 해제됨",
      sentence: "누군가 이 연결을 끝냈습니다. 계속하려면 다시 페어링하세요.",
    },
    "authorization-ran-out": {
      headline: "연결이 만료됨",
      sentence: "기기가 너무 오래 오프라인이었습니다. 계속하려면 다시 페어링하세요.",
    },
    "expiring-soon": {
      headline: "연결이 곧 만료됨",
      sentence: "Frame.io에서 정한 만료일이 다가옵니다. 연장하려면 다시 페어링하세요.",
    },
    paused: {
      headline: "Frame.io에서 일시 중지됨",
      sentence: "프로젝트의 C2C\u00A0Connections에서 이 기기를 다시 시작하세요.",
    },
    "may-not-upload": {
      headline: "업로드가 허용되지 않음",
      sentence: "이 연결로는 업로드할 수 없습니다. 다시 페어링하고 업로드를 허용하세요.",
    },
    "pairing-unsaved": {
      headline: "페어링이 저장되지 않음",
      sentence: "전원이 꺼지면 사라집니다. 메모리 카드와 남은 공간을 확인하세요.",
    },
    "storage-failing": {
      headline: "저장 문제",
      sentence: "페어링을 저장할 수 없습니다. 메모리 카드와 남은 공간을 확인하세요.",
    },
    "storage-replaced": {
      headline: "저장소가 초기화됨",
      sentence: "저장된 페어링이 손상되었습니다. 계속하려면 다시 페어링하세요.",
    },
    "storage-recovered": {
      headline: "저장소가 복구됨",
      sentence: "페어링은 안전합니다. 다시 나타나면 메모리 카드를 교체하세요.",
    },
    "storage-unreadable": {
      headline: "저장 문제",
      sentence: "저장된 페어링을 이 기기에서 읽을 수 없습니다. 계속하려면 다시 페어링하세요.",
    },
    "identity-changed": {
      headline: "다른 기기의 카드",
      sentence: "이 메모리 카드는 다른 기기에서 페어링되었습니다. 계속하려면 다시 페어링하세요.",
    },
    "display-missing": {
      headline: "화면 없음",
      sentence: "상태 페이지는 사용할 수 있습니다. 화면 케이블을 확인하세요.",
    },
    "name-not-drawable": {
      headline: "이름을 표시할 수 없음",
      sentence: "프로젝트 이름에 필요한 글꼴이 없습니다. 상태 페이지에서 볼 수 있습니다.",
    },
    "qr-too-small": {
      headline: "화면이 너무 작음",
      sentence: "코드를 입력하거나 상태 페이지를 사용하세요.",
    },
    "page-failing": {
      headline: "상태 페이지 없음",
      sentence: "이 기기의 상태 페이지를 열 수 없습니다. 설정한 담당자에게 문의하세요.",
    },
    "presence-failing": {
      headline: "오프라인으로 표시됨",
      sentence: "Frame.io에 이 기기가 오프라인으로 보일 수 있습니다. 기기가 계속 다시 시도합니다.",
    },
  },
  newCode: {
    press: "이 기기의 버튼을 누르면 새 코드가 나옵니다.",
    open: (address) => `${address} 페이지를 열면 새 코드가 나옵니다.`,
  },
  statusPage: (address) => `상태 페이지: ${address}`,
  unproven: {
    offline: "페어링됨, 오프라인",
    connecting: { headline: "페어링됨, 연결 중", sentence: "Frame.io에 연결하고 있습니다." },
  },
  clockSays: (time) => `현재 설정은 ${time}입니다. 날짜와 시간을 설정하세요.`,
  demonstration: "데모",
  nameElsewhere: "프로젝트: 상태 페이지 참조",
  code: {
    headline: "Frame.io와 페어링",
    scanOrOpen: (address) => `스캔하거나 ${address} 에서 입력`,
    open: (address) => `${address} 에서 입력`,
    menu: "Frame.io의 C2C\u00A0Connections에서 기기를 추가하고 입력",
    choose: "프로젝트 선택",
    check: "이름 확인",
    stillPaired: (project) => `현재 페어링: ${project}`,
  },
  button: {
    counting: (seconds) => ({
      headline: `${seconds}초 후 페어링 해제`,
      sentence: "손을 떼면 유지됩니다.",
    }),
    kept: { headline: "페어링 유지됨", sentence: "페어링을 해제하지 않았습니다." },
    unpairing: { headline: "페어링 해제 중", sentence: "잠시만 기다려 주세요." },
    unpaired: {
      headline: "페어링 해제됨",
      sentence: "이 기기는 이제 Frame.io에 연결되어 있지 않습니다.",
    },
    "not-revoked": {
      headline: "이 기기에서 해제됨",
      sentence: "Frame.io에 연결할 수 없었습니다. Frame.io에서도 이 기기를 삭제하세요.",
    },
    "nothing-to-unpair": { headline: "페어링되지 않음", sentence: "해제할 페어링이 없습니다." },
  },
  labels: { device: "기기", project: "프로젝트", code: "코드" },
  actions: { newCode: "새 코드", cancel: "취소", unpair: "페어링 해제" },
};
