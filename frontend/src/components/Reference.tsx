import { ApiError } from '@/api/apiError';
import { useAnnounce } from '@/components/announce';
import { t } from '@/i18n/language';

import './reference.css';

/** What to name to those who run the site when something broke, so that they find it in their logs. */
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
            // Who may not write there can still select it.
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
