import { toApiError } from '@/api/apiError';
import { Reference } from '@/components/Reference';
import { errorText } from '@/api/errorText';

/** Why something could not be done, and with which seats, unless a form shows it at its fields. */
export function ErrorNote({ error: cause }: { readonly error: Error | null }) {
  const error = cause === null ? null : toApiError(cause);
  return (
    <div role="alert">
      {error !== null && error.fields.size === 0 && (
        <div className="dialog__error">
          {error.code === 'seat_unavailable' ? errorText(error) : error.message}
          <Reference error={error} />
        </div>
      )}
    </div>
  );
}
