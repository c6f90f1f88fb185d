import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { Link, useNavigate, useParams } from 'react-router';

import { toApiError } from '@/api/apiError';
import type { Me, Organisation } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Message } from '@/components/Message';
import { Skeleton } from '@/components/Skeleton';
import { LoadingSale } from '@/features/organise/LoadingSale';
import { MembersTab } from '@/features/organise/organisation/MembersTab';
import { roleName } from '@/features/organise/roles';
import { SignedInOnly } from '@/features/organise/SignedInOnly';
import { t } from '@/i18n/language';
import { DOOR_PATH, organisationPath, type OrganisationTab, SALES_PATH } from '@/paths';
import { organisationQuery } from '@/queries/organisations';

import './organisation.css';
import '@/components/ariaStyles';

const EventsTab = lazy(async () => ({
  default: (await import('@/features/organise/events/EventsTab')).EventsTab,
}));
const PlansTab = lazy(async () => ({
  default: (await import('@/features/organise/plans/PlansTab')).PlansTab,
}));

const WebhooksTab = lazy(async () => ({
  default: (await import('@/features/organise/webhooks/WebhooksTab')).WebhooksTab,
}));

const TABS: readonly OrganisationTab[] = ['events', 'plans', 'members', 'webhooks'];

/** An organisation: its events, seating plans, members and webhooks. */
export function OrganisationPage() {
  const { organisationId = '', tab = 'events' } = useParams();
  const shown = TABS.find((each) => each === tab);
  if (!/^\d{1,15}$/.test(organisationId) || shown === undefined) return <NoSuchOrganisation />;
  return (
    <SignedInOnly>
      {(me) => <Loaded key={organisationId} me={me} id={Number(organisationId)} tab={shown} />}
    </SignedInOnly>
  );
}

function NoSuchOrganisation() {
  return (
    <Message
      title={t('organisations:notFound')}
      actions={
        <Link className="button button--primary" to={SALES_PATH}>
          {t('organisations:allOrganisations')}
        </Link>
      }
    >
      <p>{t('organisations:notFound_note')}</p>
    </Message>
  );
}

interface LoadedProps {
  readonly me: Me;
  readonly id: number;
  readonly tab: OrganisationTab;
}

function Loaded({ me, id, tab }: LoadedProps) {
  const { data: organisation, error, refetch } = useQuery(organisationQuery(id));
  if (organisation !== undefined) {
    return <Organised me={me} organisation={organisation} tab={tab} />;
  }
  if (error === null) return <LoadingSale />;
  return toApiError(error).status === 404 ? (
    <NoSuchOrganisation />
  ) : (
    <Failure error={error} onRetry={() => void refetch()} />
  );
}

interface OrganisedProps {
  readonly me: Me;
  readonly organisation: Organisation;
  readonly tab: OrganisationTab;
}

function Organised({ me, organisation, tab }: OrganisedProps) {
  const navigate = useNavigate();
  // Those at the door see neither events nor plans.
  const isSteward = !organisation.permissions.includes('reservations.view_event');
  const isManager = organisation.permissions.includes('organisations.change_organisation');
  const tabs = TABS.filter((each) =>
    each === 'webhooks' ? isManager : each === 'members' || !isSteward,
  );
  const shown = tabs.includes(tab) ? tab : (tabs[0] ?? 'members');
  return (
    <div className="page organisation">
      <title>{t('pageTitle', { page: organisation.name })}</title>
      <p className="organisation__up">
        <Link to={SALES_PATH}>{t('organisations:allOrganisations')}</Link>
      </p>
      <h1 className="page__title organisation__name">{organisation.name}</h1>
      <p className="page__lead">{roleName(organisation.role)}</p>
      {isSteward && (
        <p>
          <Link className="button button--primary" to={DOOR_PATH}>
            {t('app:door')}
          </Link>
        </p>
      )}
      <Tabs
        selectedKey={shown}
        onSelectionChange={(key) => {
          const chosen = TABS.find((each) => each === key) ?? 'events';
          void navigate(organisationPath(organisation.id, chosen));
        }}
      >
        <TabList className="organisation__tabs" aria-label={organisation.name}>
          {tabs.map((each) => (
            <Tab key={each} id={each} className="organisation__tab">
              {t(`organisations:${each}`)}
            </Tab>
          ))}
        </TabList>
        {tabs.map((each) => (
          <TabPanel key={each} id={each} className="organisation__panel">
            <Suspense fallback={<Skeleton shape="card" />}>
              {each === 'events' && <EventsTab organisation={organisation} />}
              {each === 'plans' && <PlansTab organisation={organisation} />}
              {each === 'webhooks' && <WebhooksTab organisation={organisation} />}
              {each === 'members' && <MembersTab me={me} organisation={organisation} />}
            </Suspense>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}
