import { Server } from "./src/server/server.ts";
const server = new Server({ writeLog: (line) => Deno.stdout.writeSync(new TextEncoder().encode(line)) });
server.services.config.integer("port").value;
server.listen();
console.log("listening", server.port);
