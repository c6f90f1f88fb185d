import { useNavigate } from 'react-router';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { parseTicketCode } from '@/domain/door/ticketCode';
import { t } from '@/i18n/language';
import { ticketPath } from '@/paths';

/** Enter a code by typing, pasting, or a hand-held scanner. */
export function NextTicket({ isFirst = false }: { readonly isFirst?: boolean }) {
  const navigate = useNavigate();
  function check(form: FormData) {
    const code = form.get('code');
    if (typeof code === 'string' && parseTicketCode(code) !== '')
      void navigate(ticketPath(parseTicketCode(code)));
  }
  return (
    <form className="next-ticket" action={check}>
      <Field
        label={t(isFirst ? 'reservations:firstTicket' : 'reservations:nextTicket')}
        hint={t('reservations:nextTicketHint')}
        name="code"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        autoFocus={isFirst}
        required
      />
      <Button type="submit">{t('reservations:check')}</Button>
    </form>
  );
}
