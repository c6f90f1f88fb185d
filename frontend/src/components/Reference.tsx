import { ApiError } from '@/api/apiError';
import { useAnnounce } from '@/components/announce';
import { t } from '@/i18n/language';

import './reference.css';

/** The request id of a server error, for users to report. */
export function Reference({ error }: { readonly error: Error }) {
  const announce = useAnnounce();
  if (!(error instanceof ApiError) || !error.isServerError || error.requestId === null) return null;
  const { requestId } = error;
  return (
    <p className="reference">
      {t('reference')} <code className="reference__id">{requestId}</code>
      {'clipboard' in navigator && (
        <button
          type="button"
          className="reference__copy"
          onClick={() => {
            // Without clipboard permission the text can still be selected.
            navigator.clipboard.writeText(requestId).then(
              () => {
                announce(t('reference_copied'));
              },
              () => undefined,
            );
          }}
        >
          {t('reference_copy')}
        </button>
      )}
    </p>
  );
}
