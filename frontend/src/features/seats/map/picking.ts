/** Return the index of the seat that an element belongs to. */
export function seatIndexOf(target: EventTarget | null): number | null {
  if (!(target instanceof Element)) return null;
  const index = target.closest('[data-seat]')?.getAttribute('data-seat');
  return index == null ? null : Number(index);
}
