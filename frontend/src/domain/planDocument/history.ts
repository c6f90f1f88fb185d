import type { Key, PlanDocument } from '@/domain/planDocument/document';

/** Returns the changed document; the same one if it has nothing to change. */
export type Command = (document: PlanDocument) => PlanDocument;

/**
 * A command that was carried out. Its inverse is the step with both sides exchanged: documents
 * share what has not changed, so a step holds only what it replaced.
 */
export interface Step {
  /** What it does, in words. */
  readonly label: string;
  readonly before: State;
  readonly after: State;
}

export interface State {
  readonly document: PlanDocument;
  readonly selection: ReadonlySet<Key>;
}

interface Steps {
  readonly step: Step;
  readonly next: Steps | null;
}

/** Steps to undo and to redo, the nearest first, without a limit. */
export interface History {
  readonly state: State;
  readonly done: Steps | null;
  readonly undone: Steps | null;
}

const NOTHING: ReadonlySet<Key> = new Set();

export function startHistory(document: PlanDocument): History {
  return { state: { document, selection: NOTHING }, done: null, undone: null };
}

export function inverse({ label, before, after }: Step): Step {
  return { label, before: after, after: before };
}

export function selected(history: History, selection: ReadonlySet<Key>): History {
  return { ...history, state: { ...history.state, selection } };
}

/**
 * Record a change. A change that goes on with the last one, such as the next nudge by an arrow
 * key, becomes one step with it.
 */
export function recorded(history: History, label: string, after: State, goesOn = false): History {
  if (after.document === history.state.document) return { ...history, state: after };
  const last = history.done;
  const step = { label, before: history.state, after };
  if (goesOn && last?.step.label === label) {
    const joined = { label, before: last.step.before, after };
    return { state: after, done: { step: joined, next: last.next }, undone: null };
  }
  return { state: after, done: { step, next: last }, undone: null };
}

/** Take back the last step; the same history if there is none. */
export function undo(history: History): History {
  if (history.done === null) return history;
  const { step, next } = history.done;
  return {
    state: inverse(step).after,
    done: next,
    undone: { step, next: history.undone },
  };
}

/** Do the step again that was taken back last; the same history if there is none. */
export function redo(history: History): History {
  if (history.undone === null) return history;
  const { step, next } = history.undone;
  return { state: step.after, done: { step, next: history.done }, undone: next };
}
