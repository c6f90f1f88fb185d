import { create as createOurs } from './ours.js';

export const create = (host, hall) => createOurs(host, hall, { areas: true });
