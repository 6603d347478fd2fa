import type { Texts } from "./texts.ts";

export const ja: Texts = {
  language: "日本語",
  states: {
    starting: { headline: "起動中", sentence: "しばらくお待ちください。" },
    unconfigured: {
      headline: "未設定です",
      sentence: "Frame.ioのキーがまだ設定されていません。設定した担当者に確認してください。",
    },
    "waiting-for-clock": {
      headline: "時刻を設定中",
      sentence: "ネットワークから時刻を取得しています。1分ほどかかります。",
    },
    "waiting-for-network": {
      headline: "ネット接続を待っています",
      sentence: "デバイスのWi-Fiまたはケーブルを確認してください。",
    },
    "requesting-code": { headline: "コードを取得中", sentence: "しばらくお待ちください。" },
    "awaiting-user": {
      headline: "スキャンしてペアリング",
      sentence: "スマートフォンでコードを読み取り、手順に従ってください。",
    },
    idle: {
      headline: "ペアリングされていません",
      sentence: "デバイスでペアリングを始めると、新しいコードが表示されます。",
    },
    confirming: {
      headline: "もうすぐ完了",
      sentence: "Frame.ioに接続しました。プロジェクトを確認しています。",
    },
    paired: { headline: "ペアリング完了", sentence: "このデバイスはFrame.ioに接続されています。" },
  },
  problems: {
    "secret-missing": {
      headline: "未設定です",
      sentence: "Frame.ioのキーがまだ設定されていません。設定した担当者に確認してください。",
    },
    "secret-refused": {
      headline: "キーが使えません",
      sentence: "Frame.ioがこのキーを受け付けません。設定した担当者に確認してください。",
    },
    "request-refused": {
      headline: "設定が使えません",
      sentence: "Frame.ioがこの設定を受け付けません。設定した担当者に確認してください。",
    },
    "no-network": {
      headline: "ネットに接続できません",
      sentence: "デバイスのWi-Fiまたはケーブルを確認してください。",
    },
    "no-dns": {
      headline: "ネットに接続できません",
      sentence: "このネットワークではFrame.ioが見つかりません。ルーターを確認してください。",
    },
    "captive-portal": {
      headline: "Wi-Fiのログインが必要です",
      sentence: "このネットワークはログインが必要です。別のネットワークを使ってください。",
    },
    "proxy-refused": {
      headline: "プロキシに接続できません",
      sentence: "このネットワークのプロキシを通れません。設定した担当者に確認してください。",
    },
    "server-unreachable": {
      headline: "Frame.ioにつながりません",
      sentence: "自動で再試行しています。ネット接続を確認してください。",
    },
    "server-trouble": {
      headline: "Frame.ioが混み合っています",
      sentence: "自動で再試行しています。操作は必要ありません。",
    },
    "tls-refused": {
      headline: "安全に接続できません",
      sentence: "このネットワークが通信を妨げています。別のネットワークを使ってください。",
    },
    "clock-wrong": {
      headline: "時刻が正しくありません",
      sentence: "日付と時刻を合わせるか、ネットに接続してください。",
    },
    "refresh-failing": {
      headline: "接続が中断しています",
      sentence: "ペアリングは有効です。自動で再試行しています。ネット接続を確認してください。",
    },
    "authorization-ended": {
      headline: "Frame.ioで解除されました",
      sentence: "この接続は解除されました。続けるには、再度ペアリングしてください。",
    },
    "authorization-ran-out": {
      headline: "接続の期限切れ",
      sentence: "オフラインの時間が長すぎました。再度ペアリングしてください。",
    },
    "expiring-soon": {
      headline: "まもなく期限切れです",
      sentence: "Frame.ioの有効期限が近づいています。延長するには、再度ペアリングしてください。",
    },
    paused: {
      headline: "Frame.ioで一時停止中",
      sentence: "プロジェクトのC2C\u00A0Connectionsで再開してください。",
    },
    "may-not-upload": {
      headline: "アップロードできません",
      sentence: "アップロードが許可されていません。再度ペアリングし、許可してください。",
    },
    "storage-failing": {
      headline: "保存できません",
      sentence: "ペアリングを保存できません。メモリーカードと空き容量を確認してください。",
    },
    "storage-replaced": {
      headline: "保存内容を初期化しました",
      sentence: "保存した情報が壊れていました。再度ペアリングしてください。",
    },
    "storage-recovered": {
      headline: "保存内容を修復しました",
      sentence: "ペアリングは有効です。また起きる場合は、カードを交換してください。",
    },
    "storage-unreadable": {
      headline: "読み込めません",
      sentence: "保存した情報を読み込めません。再度ペアリングしてください。",
    },
    "identity-changed": {
      headline: "別のデバイスのカードです",
      sentence: "このカードは別のデバイスのものです。再度ペアリングしてください。",
    },
    "display-missing": {
      headline: "画面がありません",
      sentence: "状態ページは使えます。画面のケーブルを確認してください。",
    },
    "qr-too-small": {
      headline: "画面が小さすぎます",
      sentence: "コードを入力するか、状態ページを使ってください。",
    },
  },
  code: {
    scan: "スキャンしてペアリング",
    enter: "デバイスをペアリング",
    orOpen: (address) => `または ${address} を開いて入力`,
    open: (address) => `${address} を開いて入力`,
    menu: "Frame.ioの「C2C\u00A0Connections」でデバイスを追加し、入力",
  },
  button: {
    counting: (seconds) => ({
      headline: `${seconds}秒後にペアリング解除`,
      sentence: "指を離すとキャンセルします。",
    }),
    kept: { headline: "ペアリングは有効です", sentence: "解除しませんでした。" },
    unpairing: { headline: "ペアリングを解除中", sentence: "しばらくお待ちください。" },
    unpaired: {
      headline: "ペアリングを解除しました",
      sentence: "このデバイスはFrame.ioに接続されていません。",
    },
    "not-revoked": {
      headline: "このデバイスで解除しました",
      sentence: "Frame.ioに接続できません。Frame.ioでもデバイスを削除してください。",
    },
    "nothing-to-unpair": {
      headline: "ペアリングされていません",
      sentence: "解除するペアリングがありません。",
    },
  },
  labels: { device: "デバイス", project: "プロジェクト", code: "コード" },
  actions: { newCode: "新しいコード", cancel: "キャンセル", unpair: "ペアリングを解除" },
};
