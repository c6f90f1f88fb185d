// Another process of the same site: emits each line of its input to everybody in the room.
import { Emitter } from '@socket.io/redis-emitter';
import { createInterface } from 'node:readline';
import { createClient } from 'redis';

const client = createClient({ url: process.env.REDIS_URL });
await client.connect();
const room = new Emitter(client).to('event');
for await (const line of createInterface({ input: process.stdin })) {
  room.emit('delta', JSON.parse(line));
}
await client.quit();
