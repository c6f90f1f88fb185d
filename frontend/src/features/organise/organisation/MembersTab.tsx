import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { changeRole, removeMember } from '@/api/organisations';
import type { Me, Member, Organisation, Role } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Failure } from '@/components/Failure';
import { Skeleton } from '@/components/Skeleton';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { Invitations } from '@/features/organise/organisation/Invitations';
import { Settings } from '@/features/organise/organisation/Settings';
import { QuestionDialog } from '@/features/organise/QuestionDialog';
import { roleDuty, roleName, ROLES } from '@/features/organise/roles';
import { t } from '@/i18n/language';
import { SALES_PATH } from '@/paths';
import { membersQuery, ORGANISATIONS_KEY } from '@/queries/organisations';
import { reloadSession } from '@/queries/session';

interface MembersTabProps {
  readonly me: Me;
  readonly organisation: Organisation;
}

/** Who belongs to an organisation, in which role; owners change that, and invite others. */
export function MembersTab({ me, organisation }: MembersTabProps) {
  const { data: members, error, refetch } = useQuery(membersQuery(organisation.id));
  const isManager = organisation.permissions.includes('organisations.change_organisation');
  if (members === undefined) {
    return error === null ? (
      <Skeleton shape="card" />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <div className="members">
      <section className="organisation__card" aria-labelledby="members-title">
        <h2 id="members-title" className="organisation__heading">
          {t('organisations:members')}
        </h2>
        <MemberTable me={me} members={members} organisation={organisation} isManager={isManager} />
      </section>
      {isManager && <Invitations organisation={organisation} />}
      {isManager && <Settings organisation={organisation} />}
    </div>
  );
}

interface MemberTableProps extends MembersTabProps {
  readonly members: readonly Member[];
  readonly isManager: boolean;
}

function MemberTable({ me, members, organisation, isManager }: MemberTableProps) {
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const navigate = useNavigate();
  /** Who is asked about: to be removed, or to give up being an owner. */
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [steppingDownTo, setSteppingDownTo] = useState<Role | null>(null);

  async function reload() {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: ORGANISATIONS_KEY }),
      reloadSession(queryClient),
    ]);
  }
  const change = useMutation({
    mutationFn: ({ member, role }: { readonly member: Member; readonly role: Role }) =>
      changeRole(organisation.id, member.user_id, role),
    retry: false,
    onSuccess: (_, { member, role }) => {
      setSteppingDownTo(null);
      const words = { name: member.username, role: roleName(role) };
      announce(t('organisations:roleChanged', words), 'good');
    },
    onSettled: reload,
  });
  const remove = useMutation({
    mutationFn: (member: Member) => removeMember(organisation.id, member.user_id),
    retry: false,
    onSuccess: async (_, { user_id, username }) => {
      setLeaving(null);
      if (user_id !== me.user_id) {
        announce(t('organisations:removed', { name: username }), 'good');
        return;
      }
      announce(t('organisations:left', { organisation: organisation.name }), 'good');
      await navigate(SALES_PATH);
    },
    onSettled: reload,
  });
  const isOwn = leaving?.user_id === me.user_id;
  const self = members.find(({ user_id }) => user_id === me.user_id);

  return (
    <>
      {isManager && <p className="organisation__note">{t('organisations:members_note')}</p>}
      <table className="members__table" aria-labelledby="members-title">
        <thead>
          <tr>
            <th scope="col">{t('organisations:person')}</th>
            <th scope="col">{t('organisations:role')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('organisations:action')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow
              key={member.user_id}
              member={member}
              isSelf={member.user_id === me.user_id}
              isManager={isManager}
              isChanging={change.isPending && change.variables.member.user_id === member.user_id}
              onChange={(role) => {
                if (member === self && member.role === 'owner') setSteppingDownTo(role);
                else change.mutate({ member, role });
              }}
              onLeave={() => {
                remove.reset();
                setLeaving(member);
              }}
            />
          ))}
        </tbody>
      </table>
      {steppingDownTo === null && <ErrorNote error={change.error} />}
      {leaving !== null && (
        <QuestionDialog
          title={
            isOwn
              ? t('organisations:leave_title', { organisation: organisation.name })
              : t('organisations:remove_title', { name: leaving.username })
          }
          lead={
            isOwn
              ? t('organisations:leave_lead')
              : t('organisations:remove_lead', {
                  name: leaving.username,
                  organisation: organisation.name,
                })
          }
          confirmLabel={t(isOwn ? 'organisations:leave' : 'organisations:remove')}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => {
            remove.mutate(leaving);
          }}
          onDismiss={() => {
            setLeaving(null);
          }}
        />
      )}
      {steppingDownTo !== null && self !== undefined && (
        <QuestionDialog
          title={t('organisations:step_down_title')}
          lead={t('organisations:step_down_lead')}
          confirmLabel={t('organisations:step_down')}
          busy={change.isPending}
          error={change.error}
          onConfirm={() => {
            change.mutate({ member: self, role: steppingDownTo });
          }}
          onDismiss={() => {
            setSteppingDownTo(null);
            change.reset();
          }}
        />
      )}
    </>
  );
}

interface MemberRowProps {
  readonly member: Member;
  readonly isSelf: boolean;
  readonly isManager: boolean;
  readonly isChanging: boolean;
  readonly onChange: (role: Role) => void;
  readonly onLeave: () => void;
}

function MemberRow({ member, isSelf, isManager, isChanging, onChange, onLeave }: MemberRowProps) {
  const { username: name, role } = member;
  return (
    <tr>
      <th scope="row" className="members__name">
        {name}
        {isSelf && <span className="members__you"> ({t('organisations:you')})</span>}
      </th>
      <td className="members__role">
        {isManager ? (
          <RoleSelect
            label={t('organisations:roleOf', { name })}
            value={role}
            isDisabled={isChanging}
            onChange={onChange}
          />
        ) : (
          roleName(role)
        )}
        <small className="members__duty">{roleDuty(role)}</small>
      </td>
      <td className="members__action">
        {isSelf ? (
          <Button onClick={onLeave}>{t('organisations:leave')}</Button>
        ) : (
          isManager && (
            <Button aria-label={t('organisations:removeOf', { name })} onClick={onLeave}>
              {t('organisations:remove')}
            </Button>
          )
        )}
      </td>
    </tr>
  );
}

interface RoleSelectProps {
  readonly label: string;
  readonly value: Role;
  readonly isDisabled: boolean;
  readonly onChange: (role: Role) => void;
}

function RoleSelect({ label, value, isDisabled, onChange }: RoleSelectProps) {
  return (
    <select
      className="field__input members__select"
      aria-label={label}
      value={value}
      disabled={isDisabled}
      onChange={({ target }) => {
        const chosen = ROLES.find((role) => role === target.value);
        if (chosen !== undefined) onChange(chosen);
      }}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {roleName(role)}
        </option>
      ))}
    </select>
  );
}
