import type { DisplayStatus } from '@/domain/seatMap/seats';

/** A status as a mark; its shape differs too, so that colour is not needed. */
export function StatusMark({ status }: { readonly status: DisplayStatus }) {
  return <span className="status-mark" data-status={status} aria-hidden="true" />;
}
