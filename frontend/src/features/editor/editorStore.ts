import { type Key, type PlanDocument, type Zone } from '@/domain/planDocument/document';
import { categoriesOf } from '@/domain/planDocument/categories';
import { withNewZone } from '@/domain/planDocument/edits';
import {
  type Command,
  type History,
  recorded,
  redo,
  selected,
  startHistory,
  undo,
} from '@/domain/planDocument/history';
import { textAt } from '@/domain/planDocument/json';
import {
  PLAIN_NAMING,
  PLAIN_NUMBERING,
  type RowNaming,
  type SeatNumbering,
} from '@/domain/planDocument/numbering';
import { type Level, stillThere } from '@/domain/planDocument/selection';
import { find } from '@/domain/planDocument/walk';

export const TOOLS = [
  'select',
  'pan',
  'row',
  'curve',
  'corner',
  'block',
  'table',
  'standing',
  'stage',
  'shape',
  'text',
  'focal',
  'image',
] as const;

export type ToolName = (typeof TOOLS)[number];

/** How new objects are made. */
export interface ToolOptions {
  readonly category: string;
  readonly seatSpacing: number;
  readonly rowSpacing: number;
  readonly rows: number;
  readonly seats: number;
  readonly bend: number;
  readonly growth: number;
  readonly numbering: SeatNumbering;
  readonly naming: RowNaming;
  readonly tableShape: 'round' | 'long';
  readonly chairs: number;
  readonly sold: 'seat' | 'whole';
  readonly capacity: number;
  readonly shape: 'rectangle' | 'ellipse' | 'polygon';
  readonly color: string;
  readonly text: string;
}

export interface EditorState {
  readonly history: History;
  readonly tool: ToolName;
  readonly level: Level;
  readonly options: ToolOptions;
  /** Sections that are neither shown nor selected. */
  readonly hidden: ReadonlySet<Key>;
  /** The section to which new objects go. */
  readonly zone: Key | null;
  readonly snaps: boolean;
}

interface RunOptions {
  /** The selection afterwards; what is left of the current one by default. */
  readonly selection?: ReadonlySet<Key>;
  /** Whether undo takes it back together with the step before. */
  readonly goesOn?: boolean;
}

/** The state of the editor: what is done to the document, and how it is looked at. */
export class EditorStore {
  #state: EditorState;
  readonly #listeners = new Set<() => void>();

  constructor(document: PlanDocument) {
    this.#state = {
      history: startHistory(document),
      tool: 'select',
      level: 'row',
      options: {
        category: categoriesOf(document)[0]?.name ?? '',
        seatSpacing: 24,
        rowSpacing: 30,
        rows: 8,
        seats: 16,
        bend: 30,
        growth: 0,
        numbering: PLAIN_NUMBERING,
        naming: PLAIN_NAMING,
        tableShape: 'round',
        chairs: 8,
        sold: 'seat',
        capacity: 200,
        shape: 'rectangle',
        color: '#cbd5e1',
        text: '',
      },
      hidden: new Set(),
      zone: document.zones.at(-1)?.key ?? null,
      snaps: true,
    };
  }

  readonly getState = (): EditorState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  get document(): PlanDocument {
    return this.#state.history.state.document;
  }

  get selection(): ReadonlySet<Key> {
    return this.#state.history.state.selection;
  }

  readonly isVisible = (zone: Zone): boolean => !this.#state.hidden.has(zone.key);

  set(change: Partial<Omit<EditorState, 'history'>>): void {
    this.#update({ ...this.#state, ...change });
  }

  setOptions(change: Partial<ToolOptions>): void {
    this.set({ options: { ...this.#state.options, ...change } });
  }

  select(keys: ReadonlySet<Key>): void {
    this.#show(selected(this.#state.history, keys));
  }

  /** Carry out a command. Returns whether it changed anything. */
  run(label: string, command: Command, { selection, goesOn = false }: RunOptions = {}): boolean {
    const before = this.document;
    const document = command(before);
    const kept = selection ?? stillThere(document, this.selection);
    const after = { document, selection: kept };
    this.#show(recorded(this.#state.history, label, after, goesOn));
    return document !== before;
  }

  /** Take back the last step. Returns its label; null if there is none. */
  undo(): string | null {
    const { done } = this.#state.history;
    this.#show(undo(this.#state.history));
    return done?.step.label ?? null;
  }

  redo(): string | null {
    const { undone } = this.#state.history;
    this.#show(redo(this.#state.history));
    return undone?.step.label ?? null;
  }

  /**
   * The section to which new objects go: the selected object's, the last one used, or a new one.
   * Returns the document that has it.
   */
  targetZone(newName: string): { readonly document: PlanDocument; readonly key: Key } {
    const { zone } = this.#state;
    if (zone !== null && find(this.document, zone)?.kind === 'zone') {
      return { document: this.document, key: zone };
    }
    const last = this.document.zones.findLast((one) => this.isVisible(one));
    if (last !== undefined) return { document: this.document, key: last.key };
    return withNewZone(this.document, newName, null);
  }

  /** The section of an object, by name; empty if it has none. */
  zoneName(key: Key): string {
    const found = find(this.document, key);
    return found === undefined ? '' : textAt(found.zone.json, 'name');
  }

  #show(history: History): void {
    const { selection, document } = history.state;
    const [first] = selection;
    const zone =
      (first === undefined ? undefined : find(document, first)?.zone.key) ?? this.#state.zone;
    this.#update({ ...this.#state, history, zone });
  }

  #update(state: EditorState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
