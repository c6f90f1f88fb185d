import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { useForm, useWatch } from 'react-hook-form';

import { toApiError } from '@/api/apiError';
import { invite, withdrawInvitation } from '@/api/organisations';
import type { Invitation, Organisation, Role } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { roleDuty, roleName, ROLES } from '@/features/organise/roles';
import { t } from '@/i18n/language';
import { formatDateTime } from '@/i18n/time';
import { invitationsQuery } from '@/queries/organisations';

const USUAL_ROLE: Role = 'editor';

interface NewInvitation {
  readonly email: string;
  readonly role: Role;
}

/** Invites people by mail, and lists the invitations that nobody has accepted yet. */
export function Invitations({ organisation }: { readonly organisation: Organisation }) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const query = invitationsQuery(organisation.id);
  const { data: invitations, error } = useQuery(query);
  const reload = () => queryClient.invalidateQueries({ queryKey: query.queryKey });
  const withdraw = useMutation({
    mutationFn: ({ id }: Invitation) => withdrawInvitation(organisation.id, id),
    retry: false,
    onSuccess: (_, { email }) => {
      announce(t('organisations:withdrawn', { email }), 'good');
    },
    onSettled: reload,
  });
  return (
    <section className="organisation__card" aria-labelledby="invite-title">
      <h2 id="invite-title" className="organisation__heading">
        {t('organisations:invite')}
      </h2>
      <p className="organisation__note">{t('organisations:invite_note')}</p>
      <InviteForm organisation={organisation} onInvited={reload} />
      {invitations !== undefined && invitations.length > 0 && (
        <>
          <h3 id="invitations-title" className="organisation__subheading">
            {t('organisations:invitations')}
          </h3>
          <ul className="invitations" aria-labelledby="invitations-title">
            {invitations.map((invitation) => (
              <li key={invitation.id} className="invitations__row">
                <span className="invitations__what">
                  <strong>{invitation.email}</strong>
                  <small>{facts(invitation)}</small>
                </span>
                <Button
                  aria-label={t('organisations:withdrawOf', { email: invitation.email })}
                  busy={withdraw.isPending && withdraw.variables.id === invitation.id}
                  onClick={() => {
                    withdraw.mutate(invitation);
                  }}
                >
                  {t('organisations:withdraw')}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      <ErrorNote error={error ?? withdraw.error} />
    </section>
  );
}

function facts({ role, invited_by, expires_at, is_expired }: Invitation): string {
  return [
    roleName(role),
    ...(invited_by === null ? [] : [t('organisations:invitation_by', { name: invited_by })]),
    is_expired
      ? t('organisations:invitation_expired')
      : t('organisations:invitation_until', { when: formatDateTime(expires_at) }),
  ].join(' · ');
}

interface InviteFormProps {
  readonly organisation: Organisation;
  readonly onInvited: () => Promise<void>;
}

function InviteForm({ organisation, onInvited }: InviteFormProps) {
  const announce = useAnnounce();
  const roleId = useId();
  const { control, register, handleSubmit, reset } = useForm<NewInvitation>({
    defaultValues: { email: '', role: USUAL_ROLE },
  });
  const role = useWatch({ control, name: 'role' });
  const send = useMutation({
    mutationFn: ({ email, role }: NewInvitation) => invite(organisation.id, email, role),
    retry: false,
    onSuccess: async (_, { email, ...kept }) => {
      reset({ email: '', ...kept });
      announce(t('organisations:invited', { email }), 'good');
      await onInvited();
    },
  });
  const error = send.error === null ? null : toApiError(send.error);
  return (
    <form
      className="invite"
      onSubmit={(event) => {
        void handleSubmit((form) => {
          send.mutate(form);
        })(event);
      }}
    >
      <Field
        {...register('email')}
        label={t('organisations:invite_email')}
        type="email"
        autoComplete="off"
        errors={error?.fields.get('email') ?? []}
        required
      />
      <div className="field">
        <label className="field__label" htmlFor={roleId}>
          {t('organisations:role')}
        </label>
        <select {...register('role')} id={roleId} className="field__input">
          {ROLES.map((each) => (
            <option key={each} value={each}>
              {roleName(each)}
            </option>
          ))}
        </select>
        <p className="field__note">{roleDuty(role)}</p>
      </div>
      <Button look="primary" type="submit" className="invite__send" busy={send.isPending}>
        {t('organisations:invite_send')}
      </Button>
      <div className="invite__error">
        <ErrorNote error={send.error} />
      </div>
    </form>
  );
}
