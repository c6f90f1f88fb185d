import { COLORS } from '../colors.js';

const SVG = 'http://www.w3.org/2000/svg';

/** An element for each seat, moved all together. */
export function create(host, hall) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('width', host.clientWidth);
  svg.setAttribute('height', host.clientHeight);
  const group = document.createElementNS(SVG, 'g');
  const style = document.createElement('style');
  style.textContent = `circle { fill: ${COLORS.seat}; stroke: ${COLORS.edge};
    stroke-width: ${hall.radius * 0.17} } .locked { fill: ${COLORS.locked} }`;
  const circles = hall.seats.map(({ x, y }) => {
    const circle = document.createElementNS(SVG, 'circle');
    circle.setAttribute('cx', x);
    circle.setAttribute('cy', y);
    circle.setAttribute('r', hall.radius * 0.84);
    return circle;
  });
  group.append(...circles);
  svg.append(style, group);
  host.append(svg);
  return {
    view({ scale, left, top }) {
      group.setAttribute('transform', `translate(${left} ${top}) scale(${scale})`);
    },
    change(indexes) {
      for (const index of indexes) circles[index].classList.toggle('locked');
    },
  };
}
