// A client of the event bus as many are written: the login is put into the address as it is, alerts are subscribed to, and
// a connection that ends is made again after a time that doubles from 1 s to 60 s. It gives up after ten in a row.
const WebSocket = require("ws");

const [, , address, user, password] = process.argv;
let failures = 0;
let wait = 1000;
let ending = false;

function connect() {
  const ws = new WebSocket(`ws://${address}/eventbus/events.ws?user=${user}&password=${password}`);
  ws.on("open", () => {
    console.log("open");
    failures = 0;
    wait = 1000;
    const command = JSON.stringify({ SUBSCRIBE: "ALERT" });
    console.log("> " + command);
    ws.send(command);
    console.log("subscribed");
  });
  ws.on("message", (data, binary) => {
    const text = data.toString();
    const event = JSON.parse(text);
    if (binary || !event.ALERT) {
      console.log("unexpected " + text);
      return;
    }
    const a = event.ALERT;
    console.log("< " + text);
    console.log("alert " + a["kismet.alert.header"] + " " + a["kismet.alert.text"]);
  });
  ws.on("error", (e) => console.log("error " + e.message));
  ws.on("close", (code, reason) => {
    console.log(`closed ${code} ${reason}`);
    if (ending) {
      process.stdin.destroy();
      return;
    }
    if (++failures === 10) process.exit(1);
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 60000);
  });
  process.stdin.removeAllListeners("data");
  process.stdin.on("data", () => {
    ending = true;
    console.log("> close 1000");
    ws.close(1000, "done");
  });
}

connect();
