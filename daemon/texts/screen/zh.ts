import type { Texts } from "./texts.ts";

export const zh: Texts = {
  language: "简体中文",
  states: {
    starting: { headline: "正在启动", sentence: "请稍候。" },
    unconfigured: {
      headline: "尚未设置",
      sentence: "缺少 Frame.io 密钥。\u200B请联系\u200B设备\u200B管理员。",
    },
    "waiting-for-clock": {
      headline: "正在校准\u200B时间",
      sentence: "正在\u200B从网络\u200B获取\u200B时间，\u200B请稍候。",
    },
    "waiting-for-network": { headline: "正在等待\u200B网络", sentence: "请检查\u200B设备的 Wi-Fi 或网线。" },
    "requesting-code": { headline: "正在获取\u200B配对码", sentence: "请稍候。" },
    "awaiting-user": {
      headline: "扫码\u200B配对",
      sentence: "用手机\u200B扫描二维码，\u200B然后\u200B按提示\u200B操作。",
    },
    idle: { headline: "未配对", sentence: "请在设备上\u200B开始\u200B配对。" },
    confirming: { headline: "已授权", sentence: "正在查找\u200B项目。" },
    paired: { headline: "配对\u200B成功", sentence: "此设备\u200B已连接 Frame.io。" },
  },
  problems: {
    "secret-missing": {
      headline: "尚未设置",
      sentence: "缺少 Frame.io 密钥。\u200B请联系\u200B设备\u200B管理员。",
    },
    "secret-unusable": {
      headline: "无法\u200B读取\u200B密钥",
      sentence: "无法\u200B读取\u200B设备的 Frame.io 密钥。\u200B请联系\u200B设备\u200B管理员。",
    },
    "secret-refused": {
      headline: "密钥\u200B无效",
      sentence: "Frame.io 不接受密钥。\u200B请联系\u200B设备\u200B管理员。",
    },
    "request-refused": {
      headline: "设置\u200B无效",
      sentence: "Frame.io 不接受\u200B设置。\u200B请联系\u200B设备\u200B管理员。",
    },
    "no-network": { headline: "没有\u200B网络", sentence: "请检查\u200B设备的 Wi-Fi 或网线。" },
    "no-dns": { headline: "没有\u200B网络", sentence: "找不到 Frame.io。\u200B请检查\u200B网络\u200B设置。" },
    "captive-portal": {
      headline: "Wi-Fi 需要\u200B登录",
      sentence: "此网络\u200B需要\u200B登录。\u200B请换用\u200B其他\u200B网络。",
    },
    "proxy-refused": {
      headline: "不允许\u200B连接",
      sentence: "此网络\u200B不允许\u200B设备\u200B连接。\u200B请联系\u200B设备\u200B管理员。",
    },
    "server-unreachable": {
      headline: "无法\u200B连接 Frame.io",
      sentence: "设备\u200B会继续\u200B尝试。\u200B请检查\u200B网络。",
    },
    "server-trouble": { headline: "Frame.io 繁忙", sentence: "设备\u200B会继续\u200B尝试，无需\u200B操作。" },
    "unexpected-answer": {
      headline: "连接\u200B受干扰",
      sentence: "此网络\u200B或许\u200B干扰了\u200B连接。\u200B请换用\u200B其他\u200B网络。",
    },
    "tls-refused": {
      headline: "连接\u200B不安全",
      sentence: "此网络\u200B干扰了\u200B连接。\u200B请换用\u200B其他\u200B网络。",
    },
    "clock-wrong": {
      headline: "时间\u200B不正确",
      sentence: "请设置\u200B时间。",
    },
    "refresh-failing": {
      headline: "连接\u200B中断",
      sentence: "配对\u200B仍有效，\u200B正在重试。\u200B请检查\u200B网络。",
    },
    "authorization-ended": {
      headline: "已在 Frame.io 断开",
      sentence: "连接\u200B已被结束。\u200B请重新配对。",
    },
    "authorization-ran-out": {
      headline: "连接\u200B已过期",
      sentence: "离线\u200B时间过长。\u200B请重新配对。",
    },
    "expiring-soon": {
      headline: "连接\u200B即将到期",
      sentence: "到期日\u200B将至。\u200B重新配对\u200B可延长。",
    },
    paused: { headline: "设备\u200B已暂停", sentence: "请在 Frame.io 中\u200B恢复\u200B设备。" },
    "may-not-upload": {
      headline: "不允许上传",
      sentence: "没有上传\u200B权限。\u200B请重新配对\u200B并允许上传。",
    },
    "pairing-unsaved": {
      headline: "配对\u200B未保存",
      sentence: "重启后\u200B需要\u200B重新配对。\u200B请检查\u200B存储卡\u200B和空间。",
    },
    "storage-failing": {
      headline: "存储\u200B故障",
      sentence: "无法\u200B保存\u200B配对。\u200B请检查\u200B存储卡\u200B和空间。",
    },
    "storage-replaced": {
      headline: "存储\u200B已重置",
      sentence: "配对\u200B信息\u200B已损坏。\u200B请重新配对。",
    },
    "storage-recovered": {
      headline: "存储\u200B已修复",
      sentence: "配对\u200B仍有效。\u200B请留意\u200B存储卡。",
    },
    "storage-unreadable": {
      headline: "存储\u200B故障",
      sentence: "无法读取\u200B配对\u200B信息。\u200B请重新配对。",
    },
    "identity-changed": {
      headline: "存储卡\u200B来自\u200B其他\u200B设备",
      sentence: "此卡\u200B曾在\u200B其他\u200B设备上\u200B配对。\u200B请重新配对。",
    },
    "display-missing": {
      headline: "没有\u200B屏幕",
      sentence: "状态页面\u200B仍可使用。\u200B请检查\u200B屏幕\u200B连接线。",
    },
    "name-not-drawable": {
      headline: "无法\u200B显示名称",
      sentence: "屏幕\u200B缺少\u200B项目名称的\u200B字体。\u200B请查看\u200B状态页面。",
    },
    "qr-too-small": {
      headline: "屏幕\u200B太小，\u200B无法\u200B扫描",
      sentence: "请输入\u200B配对码，\u200B或使用\u200B状态页面。",
    },
    "page-failing": {
      headline: "没有\u200B状态页面",
      sentence: "状态页面\u200B无法\u200B使用。\u200B请联系\u200B设备\u200B管理员。",
    },
    "presence-failing": {
      headline: "Frame.io 中\u200B离线",
      sentence: "Frame.io 中\u200B设备\u200B或许\u200B离线。\u200B设备\u200B会继续\u200B尝试。",
    },
  },
  newCode: {
    press: "按设备\u200B按钮，\u200B获取\u200B配对码。",
    open: (address) => `${address}\u200B可获取\u200B配对码。`,
  },
  statusPage: (address) => `状态页面: ${address}`,
  unproven: {
    offline: "已配对，\u200B离线",
    connecting: { headline: "已配对，\u200B正在连接", sentence: "正在\u200B连接 Frame.io。" },
  },
  clockSays: (time) => `显示 ${time}。\u200B请设置\u200B时间。`,
  nameElsewhere: "项目名称\u200B请见\u200B状态页面",
  code: {
    headline: "与 Frame.io 配对",
    scanOrOpen: (address) => `扫码，\u200B或打开 ${address} 并输入`,
    open: (address) => `打开 ${address} 并输入`,
    menu: "在 Frame.io 的 C2C\u00A0Connections 中\u200B添加\u200B设备\u200B并输入",
    choose: "选择项目",
    check: "核对名称",
    stillPaired: (project) => `仍与 ${project} 配对`,
  },
  demonstration: "示意屏幕",
  button: {
    counting: (seconds) => ({
      headline: `${seconds} 秒后\u200B解除\u200B配对`,
      sentence: "松手\u200B即可\u200B取消。",
    }),
    kept: { headline: "仍已配对", sentence: "配对\u200B已保留。" },
    unpairing: { headline: "正在解除\u200B配对", sentence: "请稍候。" },
    unpaired: { headline: "已解除\u200B配对", sentence: "此设备\u200B已与 Frame.io 断开。" },
    "not-revoked": {
      headline: "已在此\u200B解除\u200B配对",
      sentence: "无法\u200B连接 Frame.io。\u200B请同时\u200B在那里\u200B移除\u200B设备。",
    },
    "nothing-to-unpair": { headline: "未配对", sentence: "没有可\u200B解除的配对。" },
  },
  labels: { device: "设备", project: "项目", code: "配对码" },
  actions: { newCode: "新配对码", cancel: "取消", unpair: "解除配对" },
};
