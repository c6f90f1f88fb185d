import { MapCanvas } from '@/canvas/mapCanvas';
import { sceneOf } from '@/canvas/scene';
import { createCanvas } from '@/canvas/surface';

import { COLORS } from '../colors.js';

/** Our own, with seats at any scale; with `areas` as it is shipped, areas replace seats when zoomed out. */
export function create(host, hall, { areas = false } = {}) {
  const canvas = document.createElement('canvas');
  canvas.style = `width: ${host.clientWidth}px; height: ${host.clientHeight}px`;
  host.append(canvas);
  const facts = hall.seats.map((seat) => (areas ? seat : { ...seat, section: '' }));
  const plan = { width: 0, height: 0, seat_radius: hall.radius, shapes: [] };
  const palette = {
    ...{ seat: COLORS.seat, seatInk: COLORS.ink, seatEdge: COLORS.edge, locked: COLORS.locked },
    ...{ onLocked: COLORS.ink, area: COLORS.seat, areaEdge: COLORS.edge, soldOut: COLORS.locked },
    ...{ planInk: COLORS.ink, ink: COLORS.ink, muted: COLORS.ink, font: 'sans-serif' },
  };
  const map = new MapCanvas({
    screen: canvas.getContext('2d'),
    createSurface: createCanvas,
    clock: { now: Date.now },
    labelOf: (area, { free }) => [area.name, `${free} free`],
    nextFrame: (draw) => {
      const frame = requestAnimationFrame(draw);
      return () => cancelAnimationFrame(frame);
    },
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    nowMs: () => performance.now(),
    // What the others do not draw either.
    reducedMotion: () => true,
  });
  let seats = facts.map((seat) => seatWithStatus(seat, 'available'));
  map.show(sceneOf(plan, [], facts), palette, devicePixelRatio);
  map.setSeats(seats);
  return {
    view(viewport) {
      map.setView(viewport, { width: host.clientWidth, height: host.clientHeight });
    },
    change(indexes) {
      seats = [...seats];
      for (const index of indexes) {
        const { facts: seat, status } = seats[index];
        seats[index] = seatWithStatus(seat, status === 'available' ? 'locked' : 'available');
      }
      map.setSeats(seats);
    },
  };
}

function seatWithStatus(facts, status) {
  return { facts, status, until: null, holder: null, pending: false };
}
