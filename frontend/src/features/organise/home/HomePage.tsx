import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';

import type { Me, Organisation } from '@/api/types';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { hasPermission, isOrganiser } from '@/domain/permissions';
import { FirstSteps } from '@/features/organise/home/FirstSteps';
import { NewOrganisation } from '@/features/organise/home/NewOrganisation';
import { SaleList } from '@/features/organise/home/SaleList';
import { roleName } from '@/features/organise/roles';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { t } from '@/i18n/language';
import { organisationPath } from '@/paths';
import { organisationsQuery } from '@/queries/organisations';

import './home.css';
import '@/features/organise/organise.css';

/** The organisers' home: their organisations, and how the events of these sell. */
export function HomePage() {
  return (
    <SignedInOnly>{(me) => (isOrganiser(me) ? <Home me={me} /> : <Start me={me} />)}</SignedInOnly>
  );
}

/** For somebody who organises nothing yet. */
function Start({ me }: { readonly me: Me }) {
  if (!hasPermission(me, 'organisations.add_organisation')) {
    return (
      <Message
        title={t('organise:forOrganisers')}
        actions={
          <Link className="button button--primary" to="/">
            {t('seeAllEvents')}
          </Link>
        }
      >
        <p>{t('organise:notStaffHint', { name: me.username })}</p>
      </Message>
    );
  }
  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('organisations:title') })}</title>
      <h1 className="page__title">{t('organisations:start')}</h1>
      <p className="page__lead">{t('organisations:start_lead')}</p>
      <FirstSteps organisation={null} />
    </div>
  );
}

function Home({ me }: { readonly me: Me }) {
  const { data: organisations, error, refetch } = useQuery(organisationsQuery);
  const [isMaking, setIsMaking] = useState(false);
  if (organisations === undefined && error !== null) {
    return <Failure error={error} onRetry={() => void refetch()} />;
  }
  const own = organisations?.find(({ role }) => role !== null) ?? null;
  return (
    <div className="page">
      <title>{t('pageTitle', { page: t('organisations:title') })}</title>
      <h1 className="page__title">{t('organisations:title')}</h1>
      <p className="page__lead">{t('organisations:lead')}</p>
      <div className="home__head">
        <h2 className="home__heading">{t('organisations:yours')}</h2>
        {hasPermission(me, 'organisations.add_organisation') && (
          <Button
            onClick={() => {
              setIsMaking(true);
            }}
          >
            {t('organisations:new')}
          </Button>
        )}
      </div>
      {organisations === undefined ? (
        <Skeleton shape="card" />
      ) : (
        <ul className="organisations">
          {organisations.map((organisation) => (
            <li key={organisation.id}>
              <OrganisationCard organisation={organisation} />
            </li>
          ))}
        </ul>
      )}
      {isMaking && (
        <NewOrganisation
          onDismiss={() => {
            setIsMaking(false);
          }}
        />
      )}
      <h2 className="home__heading home__heading--sales">{t('organisations:events_upcoming')}</h2>
      <SaleList
        me={me}
        organisations={organisations ?? []}
        none={
          own?.permissions.includes('reservations.add_event') === true ? (
            <FirstSteps organisation={own} />
          ) : (
            <Message title={t('organise:noSales')}>
              <p>{t('organise:noSales_note')}</p>
            </Message>
          )
        }
      />
    </div>
  );
}

function OrganisationCard({ organisation }: { readonly organisation: Organisation }) {
  return (
    <article className="organisation-card">
      <h3 className="organisation-card__name">
        <Link to={organisationPath(organisation.id)}>{organisation.name}</Link>
      </h3>
      <p className="organisation-card__role">{roleName(organisation.role)}</p>
    </article>
  );
}
