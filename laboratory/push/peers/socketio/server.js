// A live seat map as Socket.IO's manual would make it: each viewer joins the event's room, and the
// Redis adapter brings what other processes emit to it. Variables: PORT, REDIS_URL.
import { createAdapter } from '@socket.io/redis-adapter';
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const publisher = createClient({ url: process.env.REDIS_URL });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const server = createServer();
const io = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  transports: ['websocket'],
});
io.on('connection', (socket) => {
  socket.join('event');
  socket.emit('welcome', {});
});
server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 2048 });
