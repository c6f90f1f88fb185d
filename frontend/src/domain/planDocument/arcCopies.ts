import { type NewId, randomId } from '@/domain/planDocument/build';
import { boundsOfObjects } from '@/domain/planDocument/bounds';
import { copied, pasted, type Pasted } from '@/domain/planDocument/clipboard';
import type { Key, PlanDocument } from '@/domain/planDocument/document';
import { transformed } from '@/domain/planDocument/transform';

export interface Arc {
  readonly copies: number;
  /** Between one copy and the next, clockwise. */
  readonly degrees: number;
  /** How far the arc's centre is above the middle of what is copied; below it if negative. */
  readonly radius: number;
}

/**
 * Copy objects along an arc, each copy turned to its centre, as blocks stand around a stage. The
 * result has the keys of the copies; null if nothing can be copied. Copies go to the section `zone`.
 */
export function copiedAlongArc(
  document: PlanDocument,
  keys: ReadonlySet<Key>,
  zone: Key,
  { copies, degrees, radius }: Arc,
  newId: NewId = randomId,
): Pasted | null {
  const [text, bounds] = [copied(document, keys), boundsOfObjects(document, keys)];
  if (text === null || bounds === null) return null;
  const [x, y] = [bounds.x + bounds.width / 2, bounds.y + bounds.height / 2];
  const center = { x, y: y - radius };
  const made = new Set<Key>();
  let result = document;
  for (let copy = 1; copy <= copies; copy += 1) {
    const added = pasted(result, text, zone, 0, newId);
    if (added === null) return null;
    const turn = { center, degrees: copy * degrees, isMirrored: false, by: { x: 0, y: 0 } };
    result = transformed(added.document, (key) => (added.keys.has(key) ? turn : undefined));
    for (const key of added.keys) made.add(key);
  }
  return { document: result, keys: made };
}
