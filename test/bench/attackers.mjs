// Connections that only sit there: node attackers.mjs KIND COUNT WHERE. Says "up" when all have been tried once; one that
// is cut comes back.
import { connect } from "node:net";

const [, , kind, count, where] = process.argv;
const HEAD = "Host: localhost\r\n";
const OPENINGS = {
  idle: "",
  headers: `GET / HTTP/1.1\r\n${HEAD}X-Slow: `,
  bodies: `POST /v1/pair HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n`,
  streams: `GET /v1/events HTTP/1.1\r\n${HEAD}\r\n`,
};
const drips = kind === "headers" || kind === "bodies";

function attack(tried) {
  const socket = connect(where.startsWith("/") ? where : Number(where));
  let drip;
  socket.on("connect", () => {
    if (OPENINGS[kind] !== "") socket.write(OPENINGS[kind]);
    if (drips) drip = setInterval(() => socket.write("x"), 250);
    if (kind === "streams") socket.pause();
    else socket.resume();
    tried();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    clearInterval(drip);
    tried();
    setTimeout(attack, 250, () => {});
  });
}

let left = Number(count);
for (let index = 0; index < Number(count); index++) {
  let once = true;
  attack(() => {
    if (!once) return;
    once = false;
    left -= 1;
    if (left === 0) console.log("up");
  });
}
