export const COLORS = { seat: '#f4f1ec', edge: '#2f7f9f', locked: '#e2a33b', ink: '#222222' };

/** A seat's picture at a radius in pixels, for those who copy pictures. */
export function drawSeat(context, x, y, radius, isLocked) {
  context.beginPath();
  context.arc(x, y, radius * 0.84, 0, 2 * Math.PI);
  context.fillStyle = isLocked ? COLORS.locked : COLORS.seat;
  context.fill();
  context.strokeStyle = COLORS.edge;
  context.lineWidth = radius * 0.17;
  context.stroke();
}
