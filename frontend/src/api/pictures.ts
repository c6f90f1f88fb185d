import { absoluteUrl } from '@/api/transport';
import type { EventSummary } from '@/api/types';

/** The URL of an event's picture, which never changes for the same digest. */
export function pictureUrl(
  { id, picture }: Pick<EventSummary, 'id' | 'picture'>,
  size: 'small' | 'large',
): string | null {
  return picture === null
    ? null
    : absoluteUrl(`events/${id}/picture/`, { v: picture.digest, size });
}
