import { useQuery } from '@tanstack/react-query';

import { toApiError } from '@/api/apiError';
import type { Passkey, SecondFactor } from '@/api/types';
import { canUsePasskeys } from '@/browser/passkeys';
import { Button } from '@/components/Button';
import { FormError } from '@/features/account/FormError';
import { FactorDialogs } from '@/features/account/security/FactorDialogs';
import { useFactors } from '@/features/account/security/useFactors';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { secondFactorQuery } from '@/queries/security';

import './security.css';

export function SecondFactorCard({ username }: { readonly username: string }) {
  const { data, error } = useQuery(secondFactorQuery);
  const factors = useFactors();
  return (
    <section className="card" id="second-factor">
      <h2 className="account__heading">{t('security:factor')}</h2>
      <p className="account__lead">
        {data !== undefined && hasOne(data) ? t('security:factor_on') : t('security:factor_note')}
      </p>
      <FormError error={error === null ? null : toApiError(error)} />
      {data !== undefined && <FactorList data={data} factors={factors} />}
      <FactorDialogs factors={factors} username={username} />
    </section>
  );
}

interface FactorListProps {
  readonly data: SecondFactor;
  readonly factors: ReturnType<typeof useFactors>;
}

function FactorList({ data, factors: { start } }: FactorListProps) {
  const { totp, passkeys } = data;
  return (
    <ul className="security__list">
      <li className="security__row">
        <span>
          <strong>{t('security:app')}</strong>
          <small>
            {totp === null
              ? t('security:app_none')
              : t('security:app_since', { when: formatDateTime(totp.created_at) })}
          </small>
        </span>
        {totp === null ? (
          <Button
            onClick={() => {
              start({ kind: 'add app' });
            }}
          >
            {t('security:app_add')}
          </Button>
        ) : (
          <Button
            aria-label={t('security:remove_of', { name: t('security:app') })}
            onClick={() => {
              start({ kind: 'remove app' });
            }}
          >
            {t('security:remove')}
          </Button>
        )}
      </li>
      {passkeys.map((passkey) => (
        <PasskeyRow key={passkey.id} passkey={passkey} ask={start} />
      ))}
      <li className="security__row">
        <span>
          <strong>{t('security:passkeys')}</strong>
          {!canUsePasskeys(data.passkey_host) && (
            <small>{t('security:passkey_elsewhere', { host: data.passkey_host })}</small>
          )}
        </span>
        {canUsePasskeys(data.passkey_host) && (
          <Button
            onClick={() => {
              start({ kind: 'add passkey' });
            }}
          >
            {t('security:passkey_add')}
          </Button>
        )}
      </li>
      {hasOne(data) && (
        <li className="security__row">
          <span>
            <strong>{t('security:codes')}</strong>
            <small>{t('security:codes_left', { count: data.recovery_codes_left })}</small>
          </span>
          <Button
            onClick={() => {
              start({ kind: 'renew codes' });
            }}
          >
            {t('security:codes_renew')}
          </Button>
        </li>
      )}
    </ul>
  );
}

interface PasskeyRowProps {
  readonly passkey: Passkey;
  readonly ask: FactorListProps['factors']['start'];
}

function PasskeyRow({ passkey, ask }: PasskeyRowProps) {
  const { name, used_at: usedAt, created_at: createdAt } = passkey;
  return (
    <li className="security__row">
      <span>
        <strong>{name}</strong>
        <small>
          {usedAt === null
            ? t('security:passkey_since', { when: formatDateTime(createdAt) })
            : t('security:passkey_used', { when: formatDateTime(usedAt) })}
        </small>
      </span>
      <span className="security__buttons">
        <Button
          aria-label={t('security:passkey_renameOf', { name })}
          onClick={() => {
            ask({ kind: 'rename passkey', passkey });
          }}
        >
          {t('security:passkey_rename')}
        </Button>
        <Button
          aria-label={t('security:remove_of', { name })}
          onClick={() => {
            ask({ kind: 'remove passkey', passkey });
          }}
        >
          {t('security:remove')}
        </Button>
      </span>
    </li>
  );
}

function hasOne({ totp, passkeys }: SecondFactor): boolean {
  return totp !== null || passkeys.length > 0;
}
