import { Link } from 'react-router';

import { t } from '@/i18n/language';

const NAME = 'Seatcast';

export function Brand() {
  return (
    <Link className="brand" to="/" aria-label={t('app:brand')}>
      <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
        <rect className="brand__tile" width="32" height="32" rx="9" />
        <circle className="brand__seat brand__seat--dim" cx="9" cy="13" r="2.6" />
        <circle className="brand__seat" cx="16" cy="11" r="2.6" />
        <circle className="brand__seat brand__seat--dim" cx="23" cy="13" r="2.6" />
        <circle className="brand__seat" cx="9" cy="21.5" r="2.6" />
        <circle className="brand__seat brand__seat--dim" cx="16" cy="19.5" r="2.6" />
        <circle className="brand__seat" cx="23" cy="21.5" r="2.6" />
      </svg>
      <span className="brand__word">{NAME}</span>
    </Link>
  );
}
