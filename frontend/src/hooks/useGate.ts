import { useState } from 'react';

const STORED_AS = 'seatcast.gate';
/** The server's limit. */
export const MAX_GATE_LENGTH = 40;

/** The gate of this device, stored. */
export function useGate(): readonly [string, (gate: string) => void] {
  const [gate, setGate] = useState(() => localStorage.getItem(STORED_AS) ?? '');

  function remember(next: string): void {
    localStorage.setItem(STORED_AS, next);
    setGate(next);
  }

  return [gate, remember];
}
