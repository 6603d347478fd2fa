import type { Texts } from "./texts.ts";

export const zh: Texts = {
  language: "简体中文",
  states: {
    starting: { headline: "正在启动", sentence: "请稍候。" },
    unconfigured: {
      headline: "尚未设置",
      sentence: "此设备还没有 Frame.io 密钥。请联系设置它的人。",
    },
    "waiting-for-clock": { headline: "正在校准时间", sentence: "正在从网络获取时间，可能需要一分钟。" },
    "waiting-for-network": { headline: "正在等待网络", sentence: "请检查此设备的 Wi-Fi 或网线。" },
    "requesting-code": { headline: "正在获取配对码", sentence: "请稍候。" },
    "awaiting-user": { headline: "扫码配对", sentence: "用手机扫描二维码，然后按提示操作。" },
    idle: { headline: "未配对", sentence: "请在此设备上开始配对，以获取新的配对码。" },
    confirming: { headline: "即将完成", sentence: "已连接 Frame.io，正在查找项目。" },
    paired: { headline: "配对成功", sentence: "此设备已连接 Frame.io。" },
  },
  problems: {
    "secret-missing": {
      headline: "尚未设置",
      sentence: "此设备还没有 Frame.io 密钥。请联系设置它的人。",
    },
    "secret-refused": {
      headline: "密钥无效",
      sentence: "Frame.io 不接受此设备的密钥。请联系设置它的人。",
    },
    "request-refused": {
      headline: "设置无效",
      sentence: "Frame.io 不接受此设备的设置。请联系设置它的人。",
    },
    "no-network": { headline: "没有网络", sentence: "请检查此设备的 Wi-Fi 或网线。" },
    "no-dns": { headline: "没有网络", sentence: "网络已连接，但找不到 Frame.io。请检查路由器。" },
    "captive-portal": {
      headline: "Wi-Fi 需要登录",
      sentence: "此网络需要先登录。请让设备使用其他网络。",
    },
    "server-unreachable": {
      headline: "无法连接 Frame.io",
      sentence: "请检查网络连接。设备会继续尝试。",
    },
    "server-trouble": { headline: "Frame.io 繁忙", sentence: "无需操作，设备会继续尝试。" },
    "tls-refused": {
      headline: "连接不安全",
      sentence: "此网络干扰了连接。请让设备使用其他网络。",
    },
    "clock-wrong": {
      headline: "时间不正确",
      sentence: "请设置设备的日期和时间，或将其连接到网络。",
    },
    "refresh-failing": {
      headline: "连接中断",
      sentence: "设备仍保持配对，并会继续尝试。请检查网络连接。",
    },
    "authorization-ended": {
      headline: "已在 Frame.io 断开",
      sentence: "有人结束了此连接。请重新配对以继续。",
    },
    "authorization-ran-out": {
      headline: "连接已过期",
      sentence: "设备离线时间过长。请重新配对以继续。",
    },
    "expiring-soon": {
      headline: "连接即将到期",
      sentence: "Frame.io 中设定的到期日将至。请重新配对以延长。",
    },
    paused: { headline: "已在 Frame.io 暂停", sentence: "请在项目的 C2C 连接中恢复此设备。" },
    "may-not-upload": {
      headline: "不允许上传",
      sentence: "此连接没有上传权限。请重新配对并允许上传。",
    },
    "storage-failing": {
      headline: "存储故障",
      sentence: "无法保存配对信息。请检查存储卡或释放空间。",
    },
    "storage-replaced": {
      headline: "存储已重置",
      sentence: "保存的配对信息已损坏。请重新配对以继续。",
    },
    "storage-unreadable": {
      headline: "存储故障",
      sentence: "此设备无法读取保存的配对信息。请重新配对以继续。",
    },
    "identity-changed": {
      headline: "新设备",
      sentence: "此存储卡来自另一台设备。请重新配对以继续。",
    },
    "display-missing": { headline: "没有屏幕", sentence: "请检查屏幕连接线。状态页面仍可使用。" },
    "qr-too-small": { headline: "屏幕太小，无法扫描", sentence: "请输入配对码，或使用状态页面。" },
  },
  code: {
    scan: "扫码配对",
    enter: "配对此设备",
    orOpen: (address) => `或打开 ${address} 并输入`,
    open: (address) => `打开 ${address} 并输入`,
    menu: "在 Frame.io 的“C2C Connections”中添加设备并输入",
    timeLeft: (time) => `剩余 ${time}`,
    compare: (device) => `Frame.io 显示：${device}`,
  },
  labels: { device: "设备", project: "项目", code: "配对码", timeLeft: "剩余时间" },
  actions: { pair: "配对", newCode: "新配对码", cancel: "取消", unpair: "解除配对" },
};
