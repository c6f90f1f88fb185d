import { Skeleton } from '@/components/Skeleton';

export function LoadingSale() {
  return (
    <div className="page organise" aria-busy="true">
      <Skeleton shape="title" />
      <Skeleton shape="card" />
    </div>
  );
}
