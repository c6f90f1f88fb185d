import { useEffect, useMemo } from 'react';

import type { Area } from '@/canvas/areas';
import { radiusPx, type Scene, showsAreas } from '@/canvas/scene';
import type { Viewport } from '@/canvas/viewport';
import type { MapView } from '@/components/map/mapView';
import type { SectionChoice } from '@/domain/feed/sectionChoice';
import { NO_SECTIONS, type SectionSet } from '@/domain/feed/sectionSet';
import { type Bounds, overlap, type Size } from '@/domain/geometry';
import { numberingOf } from '@/domain/seatMap/numbering';

/** In screens, beyond each edge: sections there are needed soon, or again. */
const NEEDED_AROUND = 0.2;
const KEPT_AROUND = 1;

/** Choose the sections whose seats the map draws, while it is mounted. */
export function useShownSections(choice: SectionChoice | null, view: MapView, scene: Scene): void {
  const sectionsIn = useMemo(() => sectionsFinder(scene), [scene]);
  useEffect(() => {
    if (choice === null) return;
    let scale = NaN;
    const show = (viewport: Viewport, size: Size) => {
      scale = viewport.scale;
      const isFar = showsAreas(scene, radiusPx(scene, viewport));
      const [needed, kept] = [NEEDED_AROUND, KEPT_AROUND].map((around) =>
        isFar ? NO_SECTIONS : sectionsIn(partInView(viewport, size, around)),
      );
      choice.show('map', needed ?? NO_SECTIONS, kept);
    };
    const settled = view.getSettled();
    if (settled !== null) show(settled.viewport, settled.size);
    // While zooming, what is in view now is not what will be.
    const stopMoves = view.onMove((viewport, size) => {
      if (viewport.scale === scale) show(viewport, size);
    });
    const stopSettling = view.subscribe(() => {
      const reached = view.getSettled();
      if (reached !== null) show(reached.viewport, reached.size);
    });
    return () => {
      stopMoves();
      stopSettling();
      choice.show('map', NO_SECTIONS);
    };
  }, [choice, view, scene, sectionsIn]);
}

/** Choose the section that a pointer or the keyboard points at: it may be entered next. */
export function usePointedSection(
  choice: SectionChoice | null,
  { facts }: Scene,
  area: Area | null,
): void {
  useEffect(() => {
    if (choice === null) return;
    const number = area === null ? undefined : numberingOf(facts).numberByName.get(area.name);
    choice.show('pointed', new Set(number === undefined ? [] : [number]));
  }, [choice, facts, area]);
}

/** Return a function that finds the sections in a part of the plan, by number. */
function sectionsFinder({ areas, facts }: Scene): (part: Bounds) => SectionSet {
  const { numberByName, sections } = numberingOf(facts);
  const every = new Set(sections.keys());
  const numbered = areas.map(({ name, bounds }) => ({ bounds, number: numberByName.get(name) }));
  return (part) => {
    if (numbered.length === 0) return every;
    return new Set(
      numbered.flatMap(({ bounds, number }) => (overlap(bounds, part) ? (number ?? []) : [])),
    );
  };
}

function partInView({ scale, left, top }: Viewport, { width, height }: Size, around: number) {
  return {
    x: (-left - around * width) / scale,
    y: (-top - around * height) / scale,
    width: ((1 + 2 * around) * width) / scale,
    height: ((1 + 2 * around) * height) / scale,
  };
}
