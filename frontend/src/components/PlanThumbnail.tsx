import { type CSSProperties, useEffect, useMemo, useRef } from 'react';

import { planExtent } from '@/canvas/planExtent';
import { drawThumbnail, type PlacedSeat, type Plan } from '@/canvas/thumbnail';

import './planThumbnail.css';

/** Theme colours for seats, or a colour of its own. */
export type Tone =
  | 'seat'
  | 'seat-plain'
  | 'mine'
  | 'locked'
  | 'reserved'
  | 'blocked'
  | `heat-${number}`
  | `#${string}`;

interface PlanThumbnailProps {
  readonly plan: Plan;
  readonly facts: readonly PlacedSeat[];
  /** Accessible name; null if the text beside it says the same. */
  readonly label: string | null;
  /** Null leaves the seat out. Pass a stable function: a new one redraws the plan. */
  readonly toneOf?: (index: number) => Tone | null;
  readonly highlighted?: ReadonlySet<number>;
}

const TAKEN: readonly Tone[] = ['locked', 'reserved', 'blocked'];
/** Print has more dots than screens. */
const PRINT_PIXEL_RATIO = 4;
/** Limits of height / width: a longer plan is scaled down. */
const [FLATTEST, TALLEST] = [0.4, 1.1];

const NO_HIGHLIGHTS: ReadonlySet<number> = new Set();
const plainTone = (): Tone => 'seat-plain';

/** Small drawing of a whole plan. Fills the available width. */
export function PlanThumbnail({
  plan,
  facts,
  label,
  toneOf = plainTone,
  highlighted = NO_HIGHLIGHTS,
}: PlanThumbnailProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const bounds = useMemo(() => planExtent(plan, facts).bounds, [plan, facts]);
  const ratio = Math.min(Math.max(bounds.height / bounds.width, FLATTEST), TALLEST);

  useEffect(() => {
    const canvas = ref.current;
    if (canvas === null) return;
    return drawnWhenever(canvas, (context, size, pixelRatio) => {
      const theme = getComputedStyle(canvas);
      drawThumbnail(context, plan, facts, {
        ...size,
        bounds,
        pixelRatio,
        palette: {
          highlight: theme.getPropertyValue('--mine'),
          ground: theme.getPropertyValue('--surface'),
          ink: theme.getPropertyValue('--plan-ink'),
          fontFamily: theme.fontFamily,
        },
        colorOf: memoised(
          (tone) => (tone.startsWith('#') ? tone : theme.getPropertyValue(`--${tone}`)),
          toneOf,
        ),
        receding: new Set(TAKEN.map((tone) => theme.getPropertyValue(`--${tone}`))),
        highlighted,
      });
    });
  }, [plan, facts, bounds, toneOf, highlighted]);

  return (
    <canvas
      ref={ref}
      className="plan-thumbnail"
      style={{ '--ratio': ratio } as CSSProperties}
      {...(label === null ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}

type Draw = (
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  pixelRatio: number,
) => void;

/** Draw now, and on changes of size, theme or medium. Returns a cleanup function. */
function drawnWhenever(canvas: HTMLCanvasElement, draw: Draw): () => void {
  const print = matchMedia('print');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const context = canvas.getContext('2d');

  function redraw() {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (context === null || width === 0 || height === 0) return;
    const pixelRatio = print.matches ? PRINT_PIXEL_RATIO : devicePixelRatio;
    canvas.width = Math.round(width * pixelRatio);
    canvas.height = Math.round(height * pixelRatio);
    draw(context, { width, height }, pixelRatio);
  }

  redraw();
  const place = new ResizeObserver(redraw);
  place.observe(canvas);
  for (const medium of [print, dark]) medium.addEventListener('change', redraw);
  return () => {
    place.disconnect();
    for (const medium of [print, dark]) medium.removeEventListener('change', redraw);
  };
}

/** Cache colours by tone: reading a CSS variable for each of 50,000 seats is slow. */
function memoised(
  colorOfTone: (tone: Tone) => string,
  toneOf: (index: number) => Tone | null,
): (index: number) => string | null {
  const known = new Map<Tone, string>();
  return (index) => {
    const tone = toneOf(index);
    if (tone === null) return null;
    let color = known.get(tone);
    if (color === undefined) known.set(tone, (color = colorOfTone(tone)));
    return color;
  };
}
