import { memo } from 'react';

import { assertNever } from '@/lib/assertNever';
import type { Shape } from '@/lib/api/types';

interface PlanShapesProps {
  readonly shapes: readonly Shape[];
}

/** The hall around the seats: stage, walls, words. Decoration only. */
export const PlanShapes = memo(function PlanShapes({ shapes }: PlanShapesProps) {
  return (
    <g className="plan-shapes" aria-hidden="true">
      {shapes.map((shape, index) => (
        <g key={index} transform={`translate(${shape.x} ${shape.y}) rotate(${shape.rotation})`}>
          <Outline shape={shape} />
          {shape.text !== undefined && (
            <text
              className="plan-shapes__text"
              x={shape.text.x}
              y={shape.text.y}
              fontSize={shape.text.size}
              fill={textColor(shape)}
            >
              {shape.text.text}
            </text>
          )}
        </g>
      ))}
    </g>
  );
});

/**
 * Dark words on the bare page take the theme's ink instead, since the plan's author knew only a
 * white page. Light ones lie on something dark of the plan's own.
 */
function textColor({ color, text }: Shape): string | undefined {
  if (text?.color == null) return undefined;
  return color === null && !isLight(text.color) ? undefined : text.color;
}

function isLight(color: string): boolean {
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(color) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return false;
  const brightness =
    0.299 * parseInt(red, 16) + 0.587 * parseInt(green, 16) + 0.114 * parseInt(blue, 16);
  return brightness > 170;
}

function Outline({ shape }: { readonly shape: Shape }) {
  const paint = {
    fill: shape.color ?? 'none',
    stroke: shape.border_color ?? 'none',
  };
  switch (shape.shape) {
    case 'rectangle':
      return <rect {...paint} width={shape.width} height={shape.height} rx="4" />;
    case 'circle':
      return <circle {...paint} r={shape.radius} />;
    case 'ellipse':
      return <ellipse {...paint} rx={shape.radius_x} ry={shape.radius_y} />;
    case 'polygon':
      return (
        <polygon {...paint} points={shape.points?.map((point) => point.join(',')).join(' ')} />
      );
    case 'text':
      return null;
    default:
      return assertNever(shape.shape);
  }
}
