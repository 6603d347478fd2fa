import type { Texts } from "./texts.ts";

export const ja: Texts = {
  language: "日本語",
  states: {
    starting: { headline: "起動中", sentence: "しばらく\u200Bお待ちください。" },
    unconfigured: {
      headline: "未設定です",
      sentence:
        "Frame.ioの\u200Bキーがまだ\u200B設定されていません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "waiting-for-clock": {
      headline: "時刻を\u200B設定中",
      sentence: "ネットワークから\u200B時刻を\u200B取得しています。\u200B1分ほどかかります。",
    },
    "waiting-for-network": {
      headline: "ネット接続を\u200B待っています",
      sentence: "デバイスの\u200BWi-Fiまたは\u200Bケーブルを\u200B確認してください。",
    },
    "requesting-code": { headline: "コードを\u200B取得中", sentence: "しばらく\u200Bお待ちください。" },
    "awaiting-user": {
      headline: "スキャンして\u200Bペアリング",
      sentence: "スマートフォンで\u200Bコードを\u200B読み取り、\u200B手順に従ってください。",
    },
    idle: {
      headline: "ペアリング\u200Bされていません",
      sentence: "デバイスで\u200Bペアリングを\u200B始めると、\u200B新しい\u200Bコードが\u200B表示されます。",
    },
    confirming: { headline: "承認されました", sentence: "プロジェクトを\u200B確認しています。" },
    paired: {
      headline: "ペアリング完了",
      sentence: "このデバイスは\u200BFrame.ioに\u200B接続されています。",
    },
  },
  problems: {
    "secret-missing": {
      headline: "未設定です",
      sentence:
        "Frame.ioの\u200Bキーがまだ\u200B設定されていません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "secret-unusable": {
      headline: "キーを\u200B読み取れません",
      sentence:
        "Frame.ioの\u200Bキーを\u200B読み取れません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "secret-refused": {
      headline: "キーが\u200B使えません",
      sentence:
        "Frame.ioが\u200Bこのキーを\u200B受け付けません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "request-refused": {
      headline: "設定が\u200B使えません",
      sentence:
        "Frame.ioが\u200Bこの設定を\u200B受け付けません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "no-network": {
      headline: "ネットに\u200B接続できません",
      sentence: "デバイスの\u200BWi-Fiまたは\u200Bケーブルを\u200B確認してください。",
    },
    "no-dns": {
      headline: "ネットに\u200B接続できません",
      sentence:
        "このネットワークでは\u200BFrame.ioが\u200B見つかりません。\u200Bルーターを\u200B確認してください。",
    },
    "captive-portal": {
      headline: "Wi-Fiの\u200Bログインが\u200B必要です",
      sentence:
        "このネットワークは\u200Bログインが\u200B必要です。\u200B別のネットワークを\u200B使ってください。",
    },
    "proxy-refused": {
      headline: "プロキシに\u200B接続できません",
      sentence:
        "このネットワークの\u200Bプロキシを\u200B通れません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "server-unreachable": {
      headline: "Frame.ioに\u200Bつながりません",
      sentence: "自動で\u200B再試行しています。\u200Bネット接続を\u200B確認してください。",
    },
    "server-trouble": {
      headline: "Frame.ioが\u200B混み合っています",
      sentence: "自動で\u200B再試行しています。\u200B操作は\u200B必要ありません。",
    },
    "unexpected-answer": {
      headline: "通信を\u200B確認できません",
      sentence:
        "このネットワークが\u200B通信を\u200B妨げる\u200B場合があります。\u200B別のネットワークを\u200B使ってください。",
    },
    "tls-refused": {
      headline: "安全に\u200B接続できません",
      sentence:
        "このネットワークが\u200B通信を\u200B妨げています。\u200B別のネットワークを\u200B使ってください。",
    },
    "clock-wrong": {
      headline: "時刻が\u200B正しくありません",
      sentence: "日付と\u200B時刻を\u200B合わせてください。",
    },
    "refresh-failing": {
      headline: "接続が\u200B中断しています",
      sentence:
        "ペアリングは\u200B有効です。\u200B自動で\u200B再試行しています。\u200Bネット接続を\u200B確認してください。",
    },
    "authorization-ended": {
      headline: "Frame.ioで\u200B解除されました",
      sentence: "この接続は\u200B解除されました。\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    "authorization-ran-out": {
      headline: "接続の\u200B期限切れ",
      sentence: "オフラインの\u200B時間が\u200B長すぎました。\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    "expiring-soon": {
      headline: "まもなく\u200B期限切れです",
      sentence:
        "Frame.ioの\u200B有効期限が\u200B近づいています。\u200B延長するには、\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    paused: {
      headline: "Frame.ioで\u200B一時停止中",
      sentence: "プロジェクトの\u200BC2C\u00A0Connectionsで\u200B再開してください。",
    },
    "may-not-upload": {
      headline: "アップロード\u200Bできません",
      sentence:
        "アップロードが\u200B許可されていません。\u200B再度\u200Bペアリングし、\u200B許可してください。",
    },
    "pairing-unsaved": {
      headline: "ペアリング\u200B未保存",
      sentence: "再起動まで\u200B有効です。\u200Bメモリーカードと\u200B空き容量を\u200B確認してください。",
    },
    "storage-failing": {
      headline: "保存できません",
      sentence:
        "ペアリングを\u200B保存できません。\u200Bメモリーカードと\u200B空き容量を\u200B確認してください。",
    },
    "storage-replaced": {
      headline: "保存内容を\u200B初期化しました",
      sentence: "保存した\u200B情報が\u200B壊れていました。\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    "storage-recovered": {
      headline: "保存内容を\u200B修復しました",
      sentence:
        "ペアリングは\u200B有効です。\u200Bまた\u200B起きる\u200B場合は、\u200Bカードを\u200B交換してください。",
    },
    "storage-unreadable": {
      headline: "読み込めません",
      sentence: "保存した\u200B情報を\u200B読み込めません。\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    "identity-changed": {
      headline: "別のデバイスの\u200Bカードです",
      sentence: "このカードは\u200B別のデバイスのものです。\u200B再度\u200Bペアリング\u200Bしてください。",
    },
    "display-missing": {
      headline: "画面が\u200Bありません",
      sentence: "状態ページは\u200B使えます。\u200B画面の\u200Bケーブルを\u200B確認してください。",
    },
    "name-not-drawable": {
      headline: "名前を\u200B表示できません",
      sentence: "プロジェクト名の\u200Bフォントが\u200Bありません。\u200B状態ページで\u200B確認できます。",
    },
    "qr-too-small": {
      headline: "画面が\u200B小さすぎます",
      sentence: "コードを\u200B入力するか、\u200B状態ページを\u200B使ってください。",
    },
    "page-failing": {
      headline: "状態ページが\u200Bありません",
      sentence: "状態ページを\u200B使えません。\u200B設定した\u200B担当者に\u200B確認してください。",
    },
    "presence-failing": {
      headline: "オフライン\u200B表示",
      sentence:
        "Frame.ioでは\u200Bオフラインと\u200B表示される\u200B場合が\u200Bあります。\u200B自動で\u200B再試行しています。",
    },
  },
  newCode: {
    press: "ボタンを\u200B押すと、\u200B新しい\u200Bコードが\u200B表示されます。",
    open: (address) => `${address} を\u200B開くと、\u200B新しい\u200Bコードが\u200B表示されます。`,
  },
  statusPage: (address) => `状態ページ: ${address}`,
  unproven: {
    offline: "ペアリング済み\u200B（オフライン）",
    connecting: { headline: "ペアリング済み\u200B（接続中）", sentence: "Frame.ioに\u200B接続しています。" },
  },
  clockSays: (time) => `現在の設定は\u200B ${time} です。\u200B日付と\u200B時刻を\u200B合わせてください。`,
  nameElsewhere: "プロジェクト名は\u200B状態ページを\u200B参照",
  code: {
    headline: "Frame.ioと\u200Bペアリング",
    scanOrOpen: (address) => `スキャンするか、\u200B${address} を\u200B開いて\u200B入力`,
    open: (address) => `${address} を\u200B開いて\u200B入力`,
    menu: "Frame.ioの\u200B「C2C\u00A0Connections」で\u200Bデバイスを\u200B追加し、\u200B入力",
    choose: "プロジェクトを\u200B選択",
    check: "名前を\u200B確認",
    stillPaired: (project) => `現在は ${project} と\u200Bペアリング中`,
  },
  demonstration: "デモ",
  button: {
    counting: (seconds) => ({
      headline: `${seconds}秒後に\u200Bペアリング解除`,
      sentence: "指を\u200B離すと\u200Bキャンセルします。",
    }),
    kept: { headline: "ペアリングは\u200B有効です", sentence: "解除しませんでした。" },
    unpairing: { headline: "ペアリングを\u200B解除中", sentence: "しばらく\u200Bお待ちください。" },
    unpaired: {
      headline: "ペアリングを\u200B解除しました",
      sentence: "このデバイスは\u200BFrame.ioに\u200B接続されていません。",
    },
    "not-revoked": {
      headline: "このデバイスで\u200B解除しました",
      sentence: "Frame.ioに\u200B接続できません。\u200BFrame.ioでも\u200Bデバイスを\u200B削除してください。",
    },
    "nothing-to-unpair": {
      headline: "ペアリング\u200Bされていません",
      sentence: "解除する\u200Bペアリングが\u200Bありません。",
    },
  },
  labels: { device: "デバイス", project: "プロジェクト", code: "コード" },
  actions: { newCode: "新しいコード", cancel: "キャンセル", unpair: "ペアリングを解除" },
};
