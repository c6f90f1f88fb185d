import type { ApiError } from '@/api/apiError';
import { Reference } from '@/components/Reference';

/** A form's error, unless it is shown at the fields. */
export function FormError({ error }: { readonly error: ApiError | null }) {
  return (
    <div role="alert">
      {error !== null && error.fields.size === 0 && (
        <div className="account__error">
          <p>{error.message}</p>
          <Reference error={error} />
        </div>
      )}
    </div>
  );
}
