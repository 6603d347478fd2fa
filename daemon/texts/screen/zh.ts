import type { Texts } from "./texts.ts";

export const zh: Texts = {
  language: "简体中文",
  states: {
    starting: { headline: "正在启动", sentence: "请稍候。" },
    unconfigured: {
      headline: "尚未设置",
      sentence: "缺少 Frame.io 密钥。请联系设备管理员。",
    },
    "waiting-for-clock": { headline: "正在校准时间", sentence: "正在从网络获取时间，请稍候。" },
    "waiting-for-network": { headline: "正在等待网络", sentence: "请检查设备的 Wi-Fi 或网线。" },
    "requesting-code": { headline: "正在获取配对码", sentence: "请稍候。" },
    "awaiting-user": { headline: "扫码配对", sentence: "用手机扫描二维码，然后按提示操作。" },
    idle: { headline: "未配对", sentence: "请在设备上开始配对。" },
    confirming: { headline: "即将完成", sentence: "已连接 Frame.io，正在查找项目。" },
    paired: { headline: "配对成功", sentence: "此设备已连接 Frame.io。" },
  },
  problems: {
    "secret-missing": {
      headline: "尚未设置",
      sentence: "缺少 Frame.io 密钥。请联系设备管理员。",
    },
    "secret-refused": {
      headline: "密钥无效",
      sentence: "Frame.io 不接受密钥。请联系设备管理员。",
    },
    "request-refused": {
      headline: "设置无效",
      sentence: "Frame.io 不接受设置。请联系设备管理员。",
    },
    "no-network": { headline: "没有网络", sentence: "请检查设备的 Wi-Fi 或网线。" },
    "no-dns": { headline: "没有网络", sentence: "找不到 Frame.io。请检查网络设置。" },
    "captive-portal": {
      headline: "Wi-Fi 需要登录",
      sentence: "此网络需要登录。请换用其他网络。",
    },
    "proxy-refused": {
      headline: "不允许连接",
      sentence: "此网络不允许设备连接。请联系设备管理员。",
    },
    "server-unreachable": {
      headline: "无法连接 Frame.io",
      sentence: "设备会继续尝试。请检查网络。",
    },
    "server-trouble": { headline: "Frame.io 繁忙", sentence: "设备会继续尝试，无需操作。" },
    "tls-refused": {
      headline: "连接不安全",
      sentence: "此网络干扰了连接。请换用其他网络。",
    },
    "clock-wrong": {
      headline: "时间不正确",
      sentence: "请设置时间或连接网络。",
    },
    "refresh-failing": {
      headline: "连接中断",
      sentence: "配对仍有效，正在重试。请检查网络。",
    },
    "authorization-ended": {
      headline: "已在 Frame.io 断开",
      sentence: "连接已被结束。请重新配对。",
    },
    "authorization-ran-out": {
      headline: "连接已过期",
      sentence: "离线时间过长。请重新配对。",
    },
    "expiring-soon": {
      headline: "连接即将到期",
      sentence: "到期日将至。重新配对可延长。",
    },
    paused: { headline: "设备已暂停", sentence: "请在 Frame.io 中恢复设备。" },
    "may-not-upload": {
      headline: "不允许上传",
      sentence: "没有上传权限。请重新配对并允许上传。",
    },
    "storage-failing": {
      headline: "存储故障",
      sentence: "无法保存配对。请检查存储卡和空间。",
    },
    "storage-replaced": {
      headline: "存储已重置",
      sentence: "配对信息已损坏。请重新配对。",
    },
    "storage-recovered": {
      headline: "存储已修复",
      sentence: "配对仍有效。请留意存储卡。",
    },
    "storage-unreadable": {
      headline: "存储故障",
      sentence: "无法读取配对信息。请重新配对。",
    },
    "identity-changed": {
      headline: "存储卡来自其他设备",
      sentence: "此卡曾在其他设备上配对。请重新配对。",
    },
    "display-missing": { headline: "没有屏幕", sentence: "状态页面仍可使用。请检查屏幕连接线。" },
    "qr-too-small": { headline: "屏幕太小，无法扫描", sentence: "请输入配对码，或使用状态页面。" },
  },
  code: {
    scan: "扫码配对",
    enter: "配对此设备",
    orOpen: (address) => `或打开 ${address} 并输入`,
    open: (address) => `打开 ${address} 并输入`,
    menu: "在 Frame.io 的 C2C\u00A0Connections 中添加设备并输入",
  },
  button: {
    counting: (seconds) => ({ headline: `${seconds} 秒后解除配对`, sentence: "松手即可取消。" }),
    kept: { headline: "仍已配对", sentence: "配对已保留。" },
    unpairing: { headline: "正在解除配对", sentence: "请稍候。" },
    unpaired: { headline: "已解除配对", sentence: "此设备已与 Frame.io 断开。" },
    "not-revoked": { headline: "已在此解除配对", sentence: "无法连接 Frame.io。请同时在那里移除设备。" },
    "nothing-to-unpair": { headline: "未配对", sentence: "没有可解除的配对。" },
  },
  labels: { device: "设备", project: "项目", code: "配对码" },
  actions: { newCode: "新配对码", cancel: "取消", unpair: "解除配对" },
};
