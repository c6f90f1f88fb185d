import { useNavigate } from 'react-router';

import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { t } from '@/lib/i18n/language';
import { ticketPath } from '@/lib/paths';

/** For a code that no camera can read. */
export function NextTicket() {
  const navigate = useNavigate();
  function check(form: FormData) {
    const code = form.get('code');
    if (typeof code === 'string' && code.trim() !== '') void navigate(ticketPath(code.trim()));
  }
  return (
    <form className="next-ticket" action={check}>
      <Field
        label={t('reservations:nextTicket')}
        hint={t('reservations:nextTicketHint')}
        name="code"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        required
      />
      <Button type="submit">{t('reservations:check')}</Button>
    </form>
  );
}
