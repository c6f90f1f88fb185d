// The box office as one would write it in Node: Fastify, a pool of node-postgres, and Socket.IO with
// its Redis adapter, in as many processes as there are cores. It works on Seatcast's own tables.
// Variables: PORT, DATABASE_URL, REDIS_URL, SECRET_KEY, SEAT_CAP, POOL_SIZE, WORKERS,
// GROUP_COMMIT.
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import process from 'node:process';

if (cluster.isPrimary) {
  const workers = Number(process.env.WORKERS ?? availableParallelism());
  for (let number = 0; number < workers; number += 1) cluster.fork();
} else {
  const { serve } = await import('./shop.js');
  await serve({
    port: Number(process.env.PORT),
    databaseUrl: process.env.DATABASE_URL,
    // More connections only wait for each other: all want the row of the one event.
    poolSize: Number(process.env.POOL_SIZE ?? 4),
    redisUrl: process.env.REDIS_URL,
    secret: process.env.SECRET_KEY,
    seatCap: Number(process.env.SEAT_CAP ?? 10),
    commitsGroups: process.env.GROUP_COMMIT === '1',
  });
}
