import type { DisplayStatus } from '@/domain/seatMap/seats';

/** Each status has a form of its own besides its colour. */
export function StatusMark({ status }: { readonly status: DisplayStatus }) {
  return <span className="status-mark" data-status={status} aria-hidden="true" />;
}
