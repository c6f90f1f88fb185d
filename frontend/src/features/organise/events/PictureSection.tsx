import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

import { setPicture, removePicture } from '@/api/organiserEvents';
import { pictureUrl } from '@/api/pictures';
import type { EventSettings } from '@/api/types';
import { useAnnounce } from '@/components/announce';
import { Button } from '@/components/Button';
import { ErrorNote } from '@/features/organise/ErrorNote';
import { Section } from '@/features/organise/events/Controls';
import { useSettled } from '@/features/organise/events/useSettled';
import { t } from '@/i18n/language';

export function PictureSection({ event }: { readonly event: EventSettings }) {
  const announce = useAnnounce();
  const settle = useSettled(event.id);
  const input = useRef<HTMLInputElement>(null);
  const upload = useMutation({
    mutationFn: (file: File) => setPicture(event.id, file),
    retry: false,
    onSuccess: (saved) => {
      settle(saved);
      announce(t('organiserEvents:picture_saved'), 'good');
    },
  });
  const remove = useMutation({
    mutationFn: () => removePicture(event.id),
    retry: false,
    onSuccess: (saved) => {
      upload.reset();
      settle(saved);
      announce(t('organiserEvents:picture_removed'), 'good');
    },
  });
  const shown = pictureUrl(event, 'small');
  return (
    <Section title={t('organiserEvents:section_picture')} note={t('organiserEvents:picture_hint')}>
      {shown !== null && (
        <img className="event-picture" src={shown} alt={t('organiserEvents:picture_alt')} />
      )}
      <ErrorNote error={upload.error ?? remove.error} />
      <div className="event-section__actions">
        <input
          ref={input}
          className="event-picture__file"
          type="file"
          accept="image/png,image/jpeg,image/webp"
          tabIndex={-1}
          aria-hidden="true"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file !== undefined) upload.mutate(file);
            // So that the same file can be chosen again.
            target.value = '';
          }}
        />
        <Button
          busy={upload.isPending}
          onClick={() => {
            input.current?.click();
          }}
        >
          {t(shown === null ? 'organiserEvents:picture_choose' : 'organiserEvents:picture_replace')}
        </Button>
        {shown !== null && (
          <Button
            look="plain"
            busy={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            {t('organiserEvents:picture_remove')}
          </Button>
        )}
      </div>
    </Section>
  );
}
