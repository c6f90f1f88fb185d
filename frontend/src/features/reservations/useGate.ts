import { useState } from 'react';

const STORED_AS = 'seatcast.gate';
/** As the server takes it. */
export const MAX_GATE_LENGTH = 40;

/** Which gate this device stands at, as somebody said last on it. */
export function useGate(): readonly [string, (gate: string) => void] {
  const [gate, setGate] = useState(() => localStorage.getItem(STORED_AS) ?? '');

  function remember(next: string): void {
    localStorage.setItem(STORED_AS, next);
    setGate(next);
  }

  return [gate, remember];
}
