import type { Texts } from "./texts.ts";

export const ja: Texts = {
  language: "日本語",
  states: {
    starting: { headline: "起動中", sentence: "しばらくお待ちください。" },
    unconfigured: {
      headline: "未設定です",
      sentence: "この機器にはFrame.ioのキーがまだありません。設定した人に確認してください。",
    },
    "waiting-for-clock": {
      headline: "時刻を設定中",
      sentence: "ネットワークから時刻を取得しています。1分ほどかかることがあります。",
    },
    "waiting-for-network": {
      headline: "ネット接続を待っています",
      sentence: "この機器のWi-Fiまたはケーブルを確認してください。",
    },
    "requesting-code": { headline: "コードを取得中", sentence: "しばらくお待ちください。" },
    "awaiting-user": {
      headline: "スキャンして接続",
      sentence: "スマートフォンでコードを読み取り、手順に進んでください。",
    },
    idle: { headline: "未接続です", sentence: "この機器で接続を始めると、新しいコードが表示されます。" },
    confirming: {
      headline: "もうすぐ完了",
      sentence: "Frame.ioに接続しました。プロジェクトを確認しています。",
    },
    paired: { headline: "接続しました", sentence: "この機器はFrame.ioに接続されています。" },
  },
  problems: {
    "secret-missing": {
      headline: "未設定です",
      sentence: "この機器にはFrame.ioのキーがまだありません。設定した人に確認してください。",
    },
    "secret-refused": {
      headline: "キーが使えません",
      sentence: "Frame.ioがこの機器のキーを受け付けません。設定した人に確認してください。",
    },
    "request-refused": {
      headline: "設定が使えません",
      sentence: "Frame.ioがこの機器の設定を受け付けません。設定した人に確認してください。",
    },
    "no-network": {
      headline: "ネットに接続できません",
      sentence: "この機器のWi-Fiまたはケーブルを確認してください。",
    },
    "no-dns": {
      headline: "ネットに接続できません",
      sentence: "ネットワーク上でFrame.ioが見つかりません。ルーターを確認してください。",
    },
    "captive-portal": {
      headline: "Wi-Fiのログインが必要です",
      sentence: "このネットワークはログインが必要です。別のネットワークを使ってください。",
    },
    "server-unreachable": {
      headline: "Frame.ioにつながりません",
      sentence: "ネット接続を確認してください。自動でやり直しています。",
    },
    "server-trouble": {
      headline: "Frame.ioが混み合っています",
      sentence: "操作は必要ありません。自動でやり直しています。",
    },
    "tls-refused": {
      headline: "安全に接続できません",
      sentence: "このネットワークが通信を妨げています。別のネットワークを使ってください。",
    },
    "clock-wrong": {
      headline: "時刻が正しくありません",
      sentence: "機器の日付と時刻を合わせるか、ネットに接続してください。",
    },
    "refresh-failing": {
      headline: "接続が中断しています",
      sentence: "登録はそのままです。自動でやり直しています。ネット接続を確認してください。",
    },
    "authorization-ended": {
      headline: "Frame.ioで解除されました",
      sentence: "この接続は解除されました。続けるには、もう一度接続してください。",
    },
    "authorization-ran-out": {
      headline: "接続の期限切れ",
      sentence: "オフラインの時間が長すぎました。もう一度接続してください。",
    },
    "expiring-soon": {
      headline: "まもなく期限です",
      sentence: "Frame.ioで決めた終了日が近づいています。延長するには、もう一度接続してください。",
    },
    paused: {
      headline: "Frame.ioで一時停止中",
      sentence: "プロジェクトのC2C接続で、この機器を再開してください。",
    },
    "may-not-upload": {
      headline: "アップロードできません",
      sentence: "この接続には許可がありません。もう一度接続し、アップロードを許可してください。",
    },
    "storage-failing": {
      headline: "保存できません",
      sentence: "接続の情報を保存できません。メモリーカードと空き容量を確認してください。",
    },
    "storage-replaced": {
      headline: "保存内容を初期化しました",
      sentence: "保存した接続の情報が壊れていました。もう一度接続してください。",
    },
    "storage-unreadable": {
      headline: "読み込めません",
      sentence: "保存した接続の情報をこの機器では読めません。もう一度接続してください。",
    },
    "identity-changed": {
      headline: "新しい機器です",
      sentence: "このメモリーカードは別の機器のものです。もう一度接続してください。",
    },
    "display-missing": {
      headline: "画面がありません",
      sentence: "画面のケーブルを確認してください。状態ページは使えます。",
    },
    "qr-too-small": {
      headline: "画面が小さすぎます",
      sentence: "コードを入力するか、状態ページを使ってください。",
    },
  },
  code: {
    scan: "スキャンして接続",
    enter: "機器を接続",
    orOpen: (address) => `または ${address} を開いて入力`,
    open: (address) => `${address} を開いて入力`,
    menu: "Frame.ioの「C2C Connections」で機器を追加し、入力",
    timeLeft: (time) => `残り ${time}`,
    compare: (device) => `Frame.ioの表示：${device}`,
  },
  button: {
    counting: (seconds) => ({ headline: `${seconds}秒後に接続を解除`, sentence: "指を離すと解除しません。" }),
    kept: { headline: "接続したままです", sentence: "接続は解除されませんでした。" },
    unpairing: { headline: "接続を解除中", sentence: "しばらくお待ちください。" },
    unpaired: { headline: "接続を解除しました", sentence: "この機器はFrame.ioに接続されていません。" },
    "not-revoked": {
      headline: "この機器で解除しました",
      sentence: "接続できないため、Frame.ioでも機器を削除してください。",
    },
    "nothing-to-unpair": { headline: "未接続です", sentence: "解除する接続がありません。" },
  },
  labels: { device: "機器", project: "プロジェクト", code: "コード", timeLeft: "残り時間" },
  actions: { pair: "接続", newCode: "新しいコード", cancel: "キャンセル", unpair: "接続を解除" },
};
