import { Skeleton } from '@/components/Skeleton';

/** Shown while the code of the first page is loading. */
export function LoadingPage() {
  return (
    <div className="page" aria-busy="true">
      <Skeleton shape="title" />
    </div>
  );
}
