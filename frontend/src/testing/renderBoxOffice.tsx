import { BoxOfficePage } from '@/features/organise/boxOffice/BoxOfficePage';
import { SeatMap } from '@/features/seats/map/SeatMap';
import { renderPage } from '@/testing/renderPage';

/** Render the box office of event 7 with the buyers' map, as the app does. */
export function renderBoxOffice() {
  return renderPage(
    { '/organise/events/:eventId/box-office': <BoxOfficePage SeatMap={SeatMap} /> },
    '/organise/events/7/box-office',
  );
}
