import { useMutation } from '@tanstack/react-query';

import { toApiError } from '@/api/apiError';
import { downloadTicket } from '@/api/tickets';
import { saveFile } from '@/browser/saveFile';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { language, t } from '@/i18n/language';

/** Downloads the ticket of a paid booking as PDF. */
export function TicketFileButton({ id }: { readonly id: string }) {
  const announce = useAnnounce();
  const download = useMutation({
    mutationFn: () => downloadTicket(id, language()),
    onSuccess: (file) => {
      saveFile(`ticket-${id}.pdf`, 'application/pdf', file);
    },
    onError: (error) => {
      announce(toApiError(error).message, 'bad');
    },
  });
  return (
    <Button
      busy={download.isPending}
      onClick={() => {
        download.mutate();
      }}
    >
      <Icon name="ticket" />
      {t('reservations:ticketFile')}
    </Button>
  );
}
