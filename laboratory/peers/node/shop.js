// One process of the box office.
import { createAdapter } from '@socket.io/redis-adapter';
import { createVerifier } from 'fast-jwt';
import Fastify from 'fastify';
import pg from 'pg';
import { createClient } from 'redis';
import { Server } from 'socket.io';

import { groupCommit } from './group_commit.js';
import { lockSeat, Refusal } from './locking.js';

// Ids and numbers of changes are far below what a double holds.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const text = { type: 'string' };
const nullable = { type: 'string', nullable: true };
const ANSWER = {
  type: 'object',
  properties: {
    success: { type: 'boolean' },
    message: text,
    seat: {
      type: 'object',
      properties: {
        id: { type: 'integer' },
        seat_number: text,
        section: text,
        row: text,
        number: text,
        x: { type: 'number' },
        y: { type: 'number' },
        category: { type: 'integer', nullable: true },
        price: text,
        status: text,
        is_available: { type: 'boolean' },
        locked_by: nullable,
        locked_until: nullable,
        reserved_by: nullable,
      },
    },
  },
};
const PLACE = {
  type: 'object',
  properties: { eventId: { type: 'integer' }, seatId: { type: 'integer' } },
};

export async function serve({
  port,
  databaseUrl,
  poolSize,
  redisUrl,
  secret,
  seatCap,
  commitsGroups,
}) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
  const verify = createVerifier({ key: secret, algorithms: ['HS256'] });
  const publisher = createClient({ url: redisUrl });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);

  const app = Fastify({ logger: false });
  app.decorateRequest('person', null);
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) return reply.code(error.status).send(error.body);
    return reply.code(error.statusCode ?? 500).send({ code: error.code ?? 'error' });
  });

  const io = new Server(app.server, {
    adapter: createAdapter(publisher, subscriber),
    transports: ['websocket'],
  });
  io.on('connection', (socket) => {
    socket.join(`event-${socket.handshake.query.event}`);
    socket.emit('welcome', {});
  });

  const publish = (eventId, frame) => io.to(`event-${eventId}`).emit('seats', frame);
  const lock = commitsGroups
    ? groupCommit(pool, publish)
    : async (request) => {
        const { seat, frame } = await lockSeat(pool, request);
        if (frame) publish(request.eventId, frame);
        return { seat };
      };

  app.post(
    '/api/events/:eventId/seats/:seatId/lock/',
    {
      schema: { params: PLACE, response: { 200: ANSWER } },
      onRequest: async (request) => {
        request.person = personOf(request.headers.authorization, verify);
      },
    },
    async (request) => {
      const { eventId, seatId } = request.params;
      const { person } = request;
      const { seat } = await lock({ eventId, seatId, person, seatCap });
      return { success: true, message: `${seat.seat_number} locked`, seat };
    },
  );
  await app.listen({ port, host: '127.0.0.1', backlog: 2048 });
}

// Seatcast's own tokens say whose they are, so that nobody has to be looked up.
function personOf(authorization, verify) {
  try {
    const { user_id: id, username } = verify(authorization?.replace(/^Bearer /, ''));
    return { id: Number(id), name: username };
  } catch {
    throw new Refusal(401, 'not_authenticated');
  }
}
