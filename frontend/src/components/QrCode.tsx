import encodeQR from 'qr';
import { useMemo } from 'react';

import './qrCode.css';

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
}

/** Width in modules of the quiet zone that scanners need. */
const QUIET_ZONE = 4;

/** Black on white in every theme, as scanners expect. */
export function QrCode({ text, label }: QrCodeProps) {
  const { size, outline } = useMemo(() => outlineOf(text), [text]);
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect className="qr-code__ground" width={size} height={size} />
      <path className="qr-code__modules" d={outline} />
    </svg>
  );
}

/** Merge each row's dark modules into runs, which avoids seams. */
function outlineOf(text: string) {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
  const outline = rows
    .flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`))
    .join('');
  return { size: rows.length, outline };
}

function runsOf(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    if (!isDark) return;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
