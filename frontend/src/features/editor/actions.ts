import { type Arc, copiedAlongArc } from '@/domain/planDocument/arcCopies';
import { copied, pasted } from '@/domain/planDocument/clipboard';
import type { Key, PlanDocument } from '@/domain/planDocument/document';
import { removed } from '@/domain/planDocument/edits';
import { textAt } from '@/domain/planDocument/json';
import { allOf, kindOf } from '@/domain/planDocument/selection';
import { standingOf } from '@/domain/planDocument/shapes';
import { moved } from '@/domain/planDocument/transform';
import { countSeats, find } from '@/domain/planDocument/walk';
import type { EditorStore } from '@/features/editor/editorStore';
import { t } from '@/i18n/language';

/** In plan units: how far a copy is from the original. */
const OFFSET = 24;
/** What was copied last, for browsers and buttons that cannot read the clipboard. */
let lastCopied: string | null = null;

/** What to say after a step; null if nothing was done. */
type Said = string | null;

export function removeSelected(store: EditorStore): Said {
  const { selection } = store;
  if (selection.size === 0) return null;
  const label = t('editor:did_remove');
  const isDone = store.run(label, (document) => removed(document, selection), {
    selection: new Set(),
  });
  return isDone ? t('editor:said_removed', { count: selection.size }) : null;
}

export function copySelected(store: EditorStore): { text: string; said: string } | null {
  const text = copied(store.document, store.selection);
  if (text === null) return null;
  lastCopied = text;
  return { text, said: t('editor:said_copied', { count: store.selection.size }) };
}

/** `text` is from the clipboard; by default what was copied last. */
export function paste(store: EditorStore, text: string | null = lastCopied): Said {
  if (text === null) return null;
  const { document, key } = store.targetZone(t('editor:newSection'));
  const result = pasted(document, text, key, OFFSET);
  if (result === null) return null;
  store.run(t('editor:did_paste'), () => result.document, { selection: result.keys });
  return t('editor:said_pasted', { count: result.keys.size });
}

export function duplicateSelected(store: EditorStore): Said {
  const text = copied(store.document, store.selection);
  const [first] = store.selection;
  const zone = first === undefined ? undefined : find(store.document, first)?.zone.key;
  if (text === null || zone === undefined) return null;
  const result = pasted(store.document, text, zone, OFFSET);
  if (result === null) return null;
  store.run(t('editor:did_duplicate'), () => result.document, { selection: result.keys });
  return t('editor:said_pasted', { count: result.keys.size });
}

export function copySelectedAlongArc(store: EditorStore, arc: Arc): Said {
  const [first] = store.selection;
  const zone = first === undefined ? undefined : find(store.document, first)?.zone.key;
  if (zone === undefined) return null;
  const result = copiedAlongArc(store.document, store.selection, zone, arc);
  if (result === null) return null;
  store.run(t('editor:did_arc'), () => result.document, { selection: result.keys });
  return t('editor:said_pasted', { count: result.keys.size });
}

export function nudge(store: EditorStore, x: number, y: number, goesOn: boolean): Said {
  const { selection } = store;
  if (selection.size === 0) return null;
  store.run(t('editor:did_nudge'), (document) => moved(document, selection, x, y), { goesOn });
  return null;
}

export function selectAll(store: EditorStore): Said {
  const keys = allOf(store.document, store.getState().level, store.isVisible);
  store.select(keys);
  return t('editor:said_selected', { count: keys.size });
}

export function undoLast(store: EditorStore): Said {
  const label = store.undo();
  return label === null ? t('editor:said_nothingToUndo') : t('editor:said_undone', { label });
}

export function redoLast(store: EditorStore): Said {
  const label = store.redo();
  return label === null ? t('editor:said_nothingToRedo') : t('editor:said_redone', { label });
}

/** The object after, or before, the selected one; null beyond the last. */
export function neighbourOf(store: EditorStore, step: 1 | -1): Key | null {
  const keys = [...allOf(store.document, store.getState().level, store.isVisible)];
  const last = [...store.selection].at(-1);
  const place = last === undefined ? -1 : keys.indexOf(last);
  if (place === -1) return (step === 1 ? keys[0] : keys.at(-1)) ?? null;
  return keys[place + step] ?? null;
}

/** What an object is called, for people who do not see it. */
export function nameOf(document: PlanDocument, key: Key): string {
  const found = find(document, key);
  const kind = kindOf(found);
  switch (found?.kind) {
    case undefined:
      return t('editor:kind_other');
    case 'seat':
      return t('editor:name_seat', {
        number: textAt(found.seat.json, 'seat_number'),
        row: textAt(found.row.json, 'row_number'),
        section: textAt(found.zone.json, 'name'),
      });
    case 'row':
      return t(kind === 'table' ? 'editor:name_table' : 'editor:name_row', {
        name: textAt(found.row.json, 'row_number'),
        section: textAt(found.zone.json, 'name'),
        count: found.row.seats.length,
      });
    case 'area': {
      const { json } = found.area;
      const text = textOf(json);
      const standing = standingOf(found.area);
      if (standing !== null) {
        return t('editor:name_standing', { text, count: standing.capacity });
      }
      return t(kind === 'text' ? 'editor:name_text' : 'editor:name_shape', { text });
    }
    case 'zone':
      return t('editor:name_zone', {
        name: textAt(found.zone.json, 'name'),
        count: countSeats({ json: {}, zones: [found.zone] }),
      });
  }
}

function textOf(json: Readonly<Record<string, unknown>>): string {
  const text = json['text'];
  if (typeof text !== 'object' || text === null || !('text' in text)) return '';
  return typeof text.text === 'string' ? text.text : '';
}

/** A sentence about the selection. */
export function selectionSentence(store: EditorStore): string {
  const [first] = store.selection;
  if (first === undefined) return t('editor:said_nothingSelected');
  if (store.selection.size === 1) return nameOf(store.document, first);
  return t('editor:said_selected', { count: store.selection.size });
}
